"""Registering a unit and its administrator (manual §4.1, Fig 9–11)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from models.account import Account
from models.clock import today
from models.database import alone
from models.enterprise import Enterprise
from models.enums import Consent, RegisteredBy, Role, SmsPurpose
from models.identifiers import (
    normalized,
    normalized_id_number,
    normalized_phone,
    organization_code_of,
    organization_code_problem,
    unit_name_problem,
    uscc_problem,
)
from models.password_rules import password_problem
from models.persons import Person, person_problems
from models.refusals import Refusal, refuse, refuse_any
from models.used_assertion import UsedAssertion
from models.wizard import IDENTITY
from resolvers.office import Office
from resolvers.sms_codes import check_code, consume_code
from resolvers.usernames import NAMING, is_taken

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{3,39}")
BOTH_CONSENTS = frozenset(Consent)
ACCOUNT_PERSON = (*IDENTITY, "phone", "email")


@dataclass(frozen=True)
class Source:
    """Where a unit's data are from: `place` in the input; of an e-licence its number and the
    assertion that registering uses up.
    """

    place: str = "unit"
    registered_by: RegisteredBy = RegisteredBy.FORM
    licence_number: str | None = None
    assertion: UsedAssertion | None = None


TYPED = Source()


@dataclass(frozen=True)
class UnitForm:
    """Step 1: the unit's basic data (单位基本信息)."""

    uscc: str
    organization_code: str
    name: str
    legal_person: Person
    source: Source = TYPED


@dataclass(frozen=True)
class AccountForm:
    """Step 2: the administrator's account (管理员账号信息)."""

    username: str
    password: str
    password_confirmation: str
    person: Person


async def register_enterprise(
    office: Office, unit: UnitForm, account: AccountForm, sms_code: str, consents: Iterable[Consent]
) -> Account:
    """Create the unit and its one administrator, by either door.

    Raises Refused with everything that is wrong at once; the SMS code is looked at last.
    """
    refuse_any([*wrong_consents(consents), *wrong_unit(unit), *_wrong_account(account)])
    refuse_any([*await _taken_unit(unit), *await _taken_username(account)])
    phone = account.person.phone or ""
    code = await check_code(phone, SmsPurpose.REGISTRATION.value, sms_code)
    password_hash = await office.passwords.hash(account.password)
    try:
        async with office.act() as deed:
            await _use_up(unit.source)
            await consume_code(code)
            await alone(NAMING)
            refuse_any(await _taken_username(account))
            enterprise = await create_enterprise(unit)
            administrator = await create_administrator(
                enterprise, account.username, password_hash, account.person
            )
            deed.opens(administrator)
            return administrator
    except IntegrityError:
        await refuse_used(unit.source)
        refuse_any([*await _taken_unit(unit), *await _taken_username(account)])
        raise


async def refuse_used(source: Source) -> None:
    """Raise Refused (ELICENCE_USED) when the assertion has registered its unit already."""
    if source.assertion and await UsedAssertion.exists(id=source.assertion.id):
        raise refuse("ELICENCE_USED", source.place)


async def _use_up(source: Source) -> None:
    """First in the transaction: of two at once the second waits here, and then cannot."""
    if source.assertion:
        await source.assertion.save(force_create=True)


def wrong_consents(consents: Iterable[Consent]) -> Iterator[Refusal]:
    """《用户服务协议》 and 《用户隐私政策》 are both needed (manual §3.1)."""
    if set(consents) != BOTH_CONSENTS:
        yield Refusal("CONSENT_REQUIRED", ("consents",))


def wrong_unit(unit: UnitForm) -> Iterator[Refusal]:
    """What is wrong with the unit's data, at the fields of the form."""
    place = unit.source.place
    uscc = normalized(unit.uscc)
    organization = normalized(unit.organization_code)
    if code := uscc_problem(uscc):
        yield Refusal(code, (place, "unifiedSocialCreditCode"))
    if code := organization_code_problem(organization):
        yield Refusal(code, (place, "organizationCode"))
    elif not uscc_problem(uscc) and organization_code_of(uscc) != organization:
        yield Refusal("ORGANIZATION_CODE_DIFFERS", (place, "organizationCode"))
    if code := unit_name_problem(unit.name.strip()):
        yield Refusal(code, (place, "name"))
    for refusal in wrong_person((place,), unit.legal_person, IDENTITY):
        renamed = tuple("legalPersonName" if part == "name" else part for part in refusal.path)
        yield Refusal(refusal.code, renamed)


def _wrong_account(account: AccountForm) -> Iterator[Refusal]:
    if not USERNAME.fullmatch(account.username):
        yield Refusal("USERNAME_FORMAT", ("account", "username"))
    if code := password_problem(account.username, account.password):
        yield Refusal(code, ("account", "password"))
    if account.password != account.password_confirmation:
        yield Refusal("PASSWORD_MISMATCH", ("account", "passwordConfirmation"))
    yield from wrong_person(("account",), account.person, ACCOUNT_PERSON)


def wrong_person(
    path: tuple[str, ...], person: Person, required: Iterable[str]
) -> Iterator[Refusal]:
    """The errors in a person's data, as refusals below `path`; warnings are let pass."""
    for found in person_problems(person, tuple(required), today()):
        if found.severity == "ERROR":
            yield Refusal(found.code, (*path, found.field))


async def _taken_unit(unit: UnitForm) -> list[Refusal]:
    if await is_registered(unit):
        place = (unit.source.place, "unifiedSocialCreditCode")
        return [Refusal("UNIT_ALREADY_REGISTERED", place)]
    return []


async def is_registered(unit: UnitForm) -> bool:
    return await Enterprise.exists(uscc=normalized(unit.uscc))


async def _taken_username(account: AccountForm) -> list[Refusal]:
    if await is_taken(account.username):
        return [Refusal("USERNAME_TAKEN", ("account", "username"))]
    return []


async def create_enterprise(unit: UnitForm) -> Enterprise:
    """The unit, normalised as it is kept. Its form has been looked at."""
    person = columns_of(unit.legal_person)
    return await Enterprise.create(
        uscc=normalized(unit.uscc),
        organization_code=normalized(unit.organization_code),
        name=unit.name.strip(),
        legal_name=person["name"],
        legal_id_type=person["id_type"],
        legal_id_number=person["id_number"],
        legal_id_valid_from=person["id_valid_from"],
        legal_id_valid_to=person["id_valid_to"],
        legal_country=person["country"],
        registered_by=unit.source.registered_by,
        licence_number=unit.source.licence_number,
    )


async def create_administrator(
    enterprise: Enterprise, username: str, password_hash: str, person: Person
) -> Account:
    """The unit's one account. Its name has been looked at, under NAMING."""
    row = Account(
        username=username,
        password_hash=password_hash,
        role=Role.ENTERPRISE_ADMIN,
        enterprise=enterprise,
        **columns_of(person),
    )
    await row.save()
    return row


def columns_of(person: Person) -> dict[str, str | None]:
    """A person's columns, normalised as they are kept."""
    number = person.id_number
    return {
        "name": person.name.strip() if person.name else None,
        "id_type": person.id_type,
        "id_number": normalized_id_number(person.id_type, number) if number else None,
        "id_valid_from": person.id_valid_from,
        "id_valid_to": person.id_valid_to,
        "country": normalized(person.country) if person.country else None,
        "phone": normalized_phone(person.phone) if person.phone else None,
        "email": person.email,
    }
