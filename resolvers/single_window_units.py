"""Whose account somebody of the Single Window opens: found by the link, by the unit's credit code,
or registered from what the Single Window tells (manual §4.1: such units need not register).
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from models.account import Account
from models.account_notices import SINGLE_WINDOW_LINKED, tell_account
from models.database import alone
from models.enterprise import Enterprise
from models.enums import IdType, RegisteredBy, Role
from models.identifiers import COUNTRY, normalized, organization_code_of, uscc_problem
from models.persons import Person
from models.refusals import Refusal, refuse, refuse_any
from models.single_window import SingleWindowLink
from resolvers.office import Office
from resolvers.registration import (
    ACCOUNT_PERSON,
    Source,
    UnitForm,
    create_administrator,
    create_enterprise,
    wrong_person,
    wrong_unit,
)
from resolvers.single_window import Identity
from resolvers.trail import ACCOUNT
from resolvers.usernames import NAMING, is_taken

KINDS = frozenset(IdType)
USCC = ("unit", "unifiedSocialCreditCode")


def _uscc(identity: Identity) -> str:
    return normalized(identity.told.get("uscc", ""))


async def account_of(office: Office, identity: Identity) -> Account:
    """The account that `identity` opens, linked and registered if need be. Inside a transaction.

    Raises Refused: SINGLE_WINDOW_UNIT_DIFFERS, SINGLE_WINDOW_LINKED_TO_ANOTHER,
    SINGLE_WINDOW_DATA_MISSING.
    """
    if uscc_problem(_uscc(identity)):
        refuse_missing([Refusal("REQUIRED", USCC)])
    await alone(NAMING)
    link = await SingleWindowLink.get_or_none(
        issuer=identity.issuer, subject_hash=identity.subject
    ).select_related("account__enterprise")
    if link:
        return _still_theirs(office, link.account, identity)
    unit = await Enterprise.get_or_none(uscc=_uscc(identity))
    if unit is None:
        return await _registered(office, identity)
    account = await Account.get(enterprise_id=unit.id, role=Role.ENTERPRISE_ADMIN)
    office.trail.deed.concerns(ACCOUNT, account.id)
    return await _linked_first(account, identity)


def _still_theirs(office: Office, account: Account, identity: Identity) -> Account:
    office.trail.deed.concerns(ACCOUNT, account.id)
    if account.enterprise is None or account.enterprise.uscc != _uscc(identity):
        raise refuse("SINGLE_WINDOW_UNIT_DIFFERS")
    return account


async def _linked_first(account: Account, identity: Identity) -> Account:
    """Whoever comes first; the holder is told."""
    if await SingleWindowLink.exists(account_id=account.id, issuer=identity.issuer):
        raise refuse("SINGLE_WINDOW_LINKED_TO_ANOTHER")
    link = await _link(account, identity)
    await tell_account(account, SINGLE_WINDOW_LINKED, f"link-{link.id}")
    return account


async def _link(account: Account, identity: Identity) -> SingleWindowLink:
    return await SingleWindowLink.create(
        issuer=identity.issuer, subject=identity.subject, account=account
    )


async def _registered(office: Office, identity: Identity) -> Account:
    """The unit and its administrator, by the checks of registering by hand."""
    unit, person = unit_of(identity.told), person_of(identity.told)
    refuse_missing([*wrong_unit(unit), *wrong_person(("account",), person, ACCOUNT_PERSON)])
    username, password_hash = await _username(unit.uscc), office.passwords.nobodys
    enterprise = await create_enterprise(unit)
    account = await create_administrator(enterprise, username, password_hash, person)
    await _link(account, identity)
    return account


async def _username(uscc: str) -> str:
    """Nobody keeps a unit out by taking its name."""
    name = f"sw-{uscc.lower()}"
    while await is_taken(name):
        name = f"sw-{uscc.lower()}-{secrets.token_hex(4)}"
    return name


def unit_of(told: Mapping[str, str]) -> UnitForm:
    """Step 1 of registering. The organisation code is a part of the USCC."""
    uscc = normalized(told.get("uscc", ""))
    legal_person = Person(name=told.get("legal_name"), **_document(told, "legal_"))
    name, code = told.get("unit_name", ""), organization_code_of(uscc)
    return UnitForm(
        uscc, code, name, legal_person, Source(registered_by=RegisteredBy.SINGLE_WINDOW)
    )


def person_of(told: Mapping[str, str]) -> Person:
    """Step 2 of registering, but username and password."""
    person = Person(name=told.get("name"), **_document(told))
    return person.reachable_at(phone=told.get("phone"), email=told.get("email"))


def _document(told: Mapping[str, str], whose: str = "") -> dict[str, Any]:
    """A resident's ID card of China unless it is told otherwise, as in the manual's forms."""
    kind = told.get(f"{whose}id_type", IdType.RESIDENT_ID)
    return {
        "id_type": IdType(kind) if kind in KINDS else None,
        "id_number": told.get(f"{whose}id_number"),
        "id_valid_from": told.get(f"{whose}id_valid_from"),
        "id_valid_to": told.get(f"{whose}id_valid_to"),
        "country": told.get(f"{whose}country", COUNTRY),
    }


def refuse_missing(wrong: Iterable[Refusal]) -> None:
    """What the Single Window lacks or has wrong, by the places of registerEnterprise's input."""
    code = "SINGLE_WINDOW_DATA_MISSING"
    refuse_any(Refusal(code, found.path, {"field": ".".join(found.path)}) for found in wrong)
