"""What an e-licence (电子营业执照) says of a unit, and which claim of an assertion says it."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.enums import IdType
from models.identifiers import is_letter
from models.persons import Person

LONGEST = 64  # characters of a claim
# fmt: off
UNIT_CLAIMS = {
    "uscc":           "uscc",
    "name":           "name",
    "licence_number": "number",
}
LEGAL_PERSON_CLAIMS = {
    "legal_person_name":          "name",
    "legal_person_id_type":       "id_type",
    "legal_person_id_number":     "id_number",
    "legal_person_id_valid_from": "id_valid_from",
    "legal_person_id_valid_to":   "id_valid_to",
    "legal_person_country":       "country",
}
# fmt: on
"""Claim to column. All are needed; docs/elicence.md tells them to issuers."""
CLAIMS = (*UNIT_CLAIMS, *LEGAL_PERSON_CLAIMS)
ID_TYPES = frozenset(kind.value for kind in IdType)


@dataclass(frozen=True)
class Licence:
    """Unit and legal person as the licence has them; `number` is the licence's own (证照编号)."""

    uscc: str
    name: str
    number: str
    legal_person: Person


def licence_in(claims: Mapping[str, object]) -> Licence | None:
    """The licence, or None when a claim is missing or is no text of a line that can be read.

    Whether the numbers are right is judged where every registration's are.
    """
    texts = {claim: text for claim in CLAIMS if (text := _line(claims.get(claim)))}
    if len(texts) < len(CLAIMS) or texts["legal_person_id_type"] not in ID_TYPES:
        return None
    person = {column: texts[claim] for claim, column in LEGAL_PERSON_CLAIMS.items()}
    unit = {column: texts[claim] for claim, column in UNIT_CLAIMS.items()}
    kind = IdType(person.pop("id_type"))
    return Licence(**unit, legal_person=Person(id_type=kind, **person))


def _line(told: object) -> str | None:
    if not isinstance(told, str) or len(told) > LONGEST:
        return None
    return told if all(is_letter(mark) or mark.isprintable() for mark in told) else None
