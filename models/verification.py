"""Who and what of an application the verifier is asked about (身份核验, manual §2.3)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.database import key_ring
from models.enums import AgentSource, Step
from models.persons import Person
from models.public_id import Kind, public_id

if TYPE_CHECKING:
    from models.application import Verification
    from models.dossier import Dossier


@dataclass(frozen=True)
class Subject:
    """A unit (`uscc` is set: is it in good standing, is this its legal person?) or a person
    (does this ID belong to this name?), and where in the application it stands.
    """

    path: tuple[str, ...]
    person: Person
    uscc: str = ""
    unit_name: str = ""

    @property
    def key(self) -> str:
        """Its place as kept with the answer: `operators.opr-7`."""
        return ".".join(self.path)

    @property
    def is_unit(self) -> bool:
        return bool(self.uscc)


def subjects_of(dossier: "Dossier", step: Step) -> Iterator[Subject]:
    """The subjects of a step whose data suffice for a question."""
    for subject in _subjects(dossier, step):
        if subject.person.name and subject.person.id_type and subject.person.id_number:
            yield subject


def _subjects(dossier: "Dossier", step: Step) -> Iterator[Subject]:
    if step is Step.UNIT:
        unit = dossier.enterprise
        yield Subject(("unit",), unit.legal_person, unit.uscc, unit.name)
    elif step is Step.LEGAL_CARD:
        yield Subject(("legalCard",), dossier.legal_person)
    elif step is Step.OPERATORS:
        for operator in dossier.operators:
            path = ("operators", public_id(Kind.OPERATOR, operator.id))
            yield Subject(path, operator.person)
    elif step is Step.AGENT and dossier.agent and dossier.agent.source is AgentSource.OTHER:
        yield Subject(("agent",), dossier.agent.person)


def digest_of(subject: Subject) -> str:
    """A fingerprint of what was asked, so that an answer holds only for the data it was given.
    Keyed: a number of few unknown digits cannot be tried out.
    """
    person = subject.person
    told = (
        subject.uscc, subject.unit_name, person.name, person.id_type, person.id_number,
        person.id_valid_from, person.id_valid_to, person.country,
    )  # fmt: skip
    digest = hashlib.sha256("\x1f".join(str(value) for value in told).encode()).hexdigest()
    return key_ring().keyed_hash("verification.digest", digest)


def current_answers(dossier: "Dossier") -> Iterator["Verification"]:
    """The verifier's answers about the data as they stand now, not as they once were."""
    asked = {s.key: digest_of(s) for step in Step for s in subjects_of(dossier, step)}
    return (row for row in dossier.verifications if asked.get(row.subject) == row.digest)
