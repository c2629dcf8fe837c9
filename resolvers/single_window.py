"""The Single Window (单一窗口) as an office sees it: a port, and what is learnt through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Protocol

from models.clock import now
from models.identifiers import is_letter
from models.refusals import Refused, RetryLater, refuse

PAUSE = timedelta(seconds=30)


class Claim(NamedTuple):
    """What the Single Window calls it, and how long a text is believed (characters)."""

    name: str
    longest: int = 64


# fmt: off
CLAIMS: dict[str, Claim] = {
    # the unit
    "uscc":                Claim("uscc"),
    "unit_name":           Claim("unit_name"),
    "legal_name":          Claim("legal_name"),
    "legal_id_type":       Claim("legal_id_type"),
    "legal_id_number":     Claim("legal_id_number", 40),
    "legal_id_valid_from": Claim("legal_id_valid_from", 20),
    "legal_id_valid_to":   Claim("legal_id_valid_to", 20),
    "legal_country":       Claim("legal_country", 20),
    # its administrator
    "name":                Claim("name"),
    "id_type":             Claim("id_type"),
    "id_number":           Claim("id_number", 40),
    "id_valid_from":       Claim("id_valid_from", 20),
    "id_valid_to":         Claim("id_valid_to", 20),
    "country":             Claim("country", 20),
    "phone":               Claim("phone_number", 30),
    "email":               Claim("email", 254),
}
# fmt: on
"""A deployment may name the claims otherwise (PORTCARD_SINGLE_WINDOW_CLAIMS)."""


@dataclass(frozen=True)
class Leaving:
    """What goes to the Single Window with the browser."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True)
class Returning:
    """What came back with the browser (`code`, `iss`), and what we kept of when it left."""

    code: str
    iss: str | None
    nonce_hash: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True)
class Identity:
    """Who the Single Window says it is. `told` has those of CLAIMS that are usable texts."""

    issuer: str
    subject: str
    told: Mapping[str, str]


class SingleWindow(Protocol):
    """Raises Refused when it cannot be asked (SINGLE_WINDOW_AWAY), or answers what cannot be
    believed (SINGLE_WINDOW_FAILED), and nothing else.
    """

    @property
    def redirects(self) -> tuple[str, ...]:
        """Where it may send a browser back to; the first is the usual one."""

    async def address(self, leaving: Leaving) -> str:
        """Where the browser goes."""

    async def identity(self, returning: Returning) -> Identity:
        """Who came back."""


def away() -> Refused:
    return Refused(RetryLater("SINGLE_WINDOW_AWAY", retry_at=now() + PAUSE))


def failed(*place: str) -> Refused:
    return refuse("SINGLE_WINDOW_FAILED", *place)


def usable(claims: Mapping[str, object], names: Mapping[str, str]) -> dict[str, str]:
    """Those of CLAIMS that are there as texts of a form's length and characters. `names`: those
    that are called otherwise. What is marked (`phone_number_verified`) by anything
    but true is not there.
    """
    found = {}
    for column, claim in CLAIMS.items():
        name = names.get(column, claim.name)
        text = claims.get(name)
        verified = claims.get(f"{name}_verified", True) is True
        if isinstance(text, str) and verified and _is_plain(text.strip(), claim.longest):
            found[column] = text.strip()
    return found


def _is_plain(text: str, longest: int) -> bool:
    marks = text.replace("\u3000", " ")
    return 0 < len(text) <= longest and all(m.isprintable() or is_letter(m) for m in marks)
