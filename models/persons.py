"""A person as the forms ask for them, and what is wrong with their data."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from models import identifiers as ids
from models.enums import IdType


@dataclass(frozen=True)
class Person:
    """Name, document and reach of a person; dates are YYYYMMDD, `country` ISO 3166 alpha-3."""

    name: str | None = None
    id_type: IdType | None = None
    id_number: str | None = None
    id_valid_from: str | None = None
    id_valid_to: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None

    def reachable_at(self, *, phone: str | None, email: str | None) -> "Person":
        return replace(self, phone=phone, email=email)


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field, named as in the contract."""

    field: str
    code: str
    severity: Literal["ERROR", "WARNING"] = "ERROR"


COLUMNS = {
    "name": "name",
    "idType": "id_type",
    "idNumber": "id_number",
    "idValidFrom": "id_valid_from",
    "idValidTo": "id_valid_to",
    "country": "country",
    "phone": "phone",
    "email": "email",
}


def person_problems(
    person: Person, required: Collection[str], today: date
) -> Iterator[FieldProblem]:
    """Everything wrong with a person, field by field. `today` is Beijing's date."""
    for field, column in COLUMNS.items():
        if field in required and not getattr(person, column):
            yield FieldProblem(field, "REQUIRED")
    for field, check in CHECKS.items():
        text = getattr(person, COLUMNS[field])
        if text and (code := check(text)):
            yield FieldProblem(field, code)
    yield from _document_problems(person, today)


CHECKS = {
    "name": ids.name_problem,
    "country": ids.country_problem,
    "phone": ids.mobile_problem,
    "email": ids.email_problem,
}


def _document_problems(person: Person, today: date) -> Iterator[FieldProblem]:
    number, kind = person.id_number, person.id_type
    wrong = kind and number and ids.id_number_problem(kind, person.country, number, today)
    if wrong:
        yield FieldProblem("idNumber", wrong)
    for field, code in ids.validity_problems(person.id_valid_from, person.id_valid_to, today):
        yield FieldProblem(field, code)
    if wrong or not number or kind is not IdType.RESIDENT_ID:
        return
    if ids.is_long_term_too_early(number, person.id_valid_from, person.id_valid_to):
        yield FieldProblem("idValidTo", "LONG_TERM_BEFORE_46", "WARNING")


def same_person(one: Person, other: Person) -> bool:
    """Whether both show the same document. Who has shown none is nobody yet."""
    return _document(one) == _document(other) is not None


def is_another(before: Person, after: Person) -> bool:
    """Whether one person was put in the place of another: the document and the name are another's.

    Mending either alone is mending.
    """
    known = _document(before)
    return known not in (None, _document(after)) and before.name != after.name


def _document(person: Person) -> tuple[IdType, str] | None:
    if person.id_type is None or not person.id_number:
        return None
    return person.id_type, ids.normalized_id_number(person.id_type, person.id_number)
