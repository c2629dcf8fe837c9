"""Registering by e-licence (电子营业执照快速注册, manual Fig 9): an assertion fills step 1 in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from models.account import Account
from models.enums import Consent, RegisteredBy
from models.identifiers import organization_code_of
from models.refusals import refuse, refuse_any
from resolvers.licences import Asserted
from resolvers.office import Office
from resolvers.registration import (
    AccountForm,
    Source,
    UnitForm,
    is_registered,
    refuse_used,
    register_enterprise,
    wrong_unit,
)

PLACE = "assertion"


@dataclass(frozen=True)
class Shown:
    """Step 1 as the page shows it, not to be typed over."""

    unit: UnitForm
    registered: bool
    expires_at: datetime


async def read_elicence(office: Office, assertion: str) -> Shown:
    """What the licence says. Nothing is used up.

    Raises Refused: ELICENCE_CLOSED, ELICENCE_INVALID, ELICENCE_EXPIRED, and what is wrong with the
    unit, at `assertion`.
    """
    asserted = _read(office, assertion)
    unit = _unit(asserted)
    refuse_any(wrong_unit(unit))
    return Shown(unit, await is_registered(unit), asserted.expires_at)


async def register_with_elicence(
    office: Office,
    assertion: str,
    account: AccountForm,
    sms_code: str,
    consents: Iterable[Consent],
    *,
    administrator_is_legal_person: bool,
) -> Account:
    """Register the licence's unit; who a legal person is need not be typed when they administer it.

    The assertion is used up with the registration, and with nothing less. Raises Refused as
    read_elicence and register_enterprise do, and ELICENCE_USED.
    """
    unit = _unit(_read(office, assertion))
    await refuse_used(unit.source)
    if administrator_is_legal_person:
        refuse_any(wrong_unit(unit))
        typed = account.person
        person = unit.legal_person.reachable_at(phone=typed.phone, email=typed.email)
        account = replace(account, person=person)
    return await register_enterprise(office, unit, account, sms_code, consents)


def _read(office: Office, assertion: str) -> Asserted:
    if office.licences is None:
        raise refuse("ELICENCE_CLOSED")
    return office.licences.read(assertion)


def _unit(asserted: Asserted) -> UnitForm:
    licence = asserted.licence
    return UnitForm(
        uscc=licence.uscc,
        organization_code=organization_code_of(licence.uscc),
        name=licence.name,
        legal_person=licence.legal_person,
        source=Source(PLACE, RegisteredBy.ELICENCE, licence.number, asserted.assertion),
    )
