"""Asking whether the data are true (身份核验, manual §5.1.3): a port with two adapters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from models.enums import VerificationOutcome as Outcome
from models.verification import Subject

HAN_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,}")


@dataclass(frozen=True)
class Answer:
    """What the verifier says; `code` is UNIT_MISMATCH or PERSON_MISMATCH when it doubts."""

    outcome: Outcome
    code: str = ""


class Verifier(Protocol):
    """Never raises: who cannot be asked answers UNAVAILABLE, which warns no one and stays seen."""

    async def verify(self, subject: Subject) -> Answer: ...


def mismatch(subject: Subject) -> Answer:
    return Answer(Outcome.MISMATCH, "UNIT_MISMATCH" if subject.is_unit else "PERSON_MISMATCH")


class RulesVerifier:
    """The local twin: doubts what rules can doubt, and whom it was told to doubt.

    A Chinese identity document must name its holder in Han characters; a name that says 测试不符
    is doubted too, so that a visitor of a development server can see the warning.
    """

    def __init__(self, doubted: Mapping[str, Outcome] | None = None) -> None:
        self._doubted = dict(doubted or {})

    def doubt(self, name_or_code: str, outcome: Outcome = Outcome.MISMATCH) -> None:
        """From now on answer `outcome` for the person of this name or unit of this USCC."""
        self._doubted[name_or_code] = outcome

    async def verify(self, subject: Subject) -> Answer:
        told = self._doubted.get(subject.uscc or subject.person.name or "")
        if told is Outcome.UNAVAILABLE:
            return Answer(told)
        if told is Outcome.MISMATCH or not _plausible(subject):
            return mismatch(subject)
        return Answer(Outcome.MATCH)


def _plausible(subject: Subject) -> bool:
    name = subject.person.name or ""
    if "测试不符" in (name + subject.unit_name):
        return False
    chinese = subject.person.country == "CHN"
    return subject.is_unit or not chinese or HAN_NAME.fullmatch(name) is not None


class HttpVerifier:
    """Asks a service: POST {uscc, unitName, name, idType, idNumber, …} → {"match": true|false}."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url, self._client = url, client

    async def verify(self, subject: Subject) -> Answer:
        try:
            response = await self._client.post(self._url, json=_question(subject), timeout=5)
            matched = response.raise_for_status().json()["match"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return Answer(Outcome.UNAVAILABLE)
        return Answer(Outcome.MATCH) if matched is True else mismatch(subject)


def _question(subject: Subject) -> dict[str, str | None]:
    person = subject.person
    return {
        "uscc": subject.uscc or None,
        "unitName": subject.unit_name or None,
        "name": person.name,
        "idType": person.id_type.value if person.id_type else None,
        "idNumber": person.id_number,
        "idValidFrom": person.id_valid_from,
        "idValidTo": person.id_valid_to,
        "country": person.country,
    }
