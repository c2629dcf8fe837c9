"""The people of the fan-out bench: written through the models, because registering thousands of
units takes a password's hash, a captcha and an SMS code each. What is measured comes to them by the
server's own door.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from models.account import Account, Session
from models.application import Application
from models.clock import now
from models.database import transaction
from models.enterprise import Enterprise
from models.enums import ApplicationKind, ApplicationStatus, IdType, Role, SignInMethod
from models.institution import Institution
from models.numbers import application_number
from models.public_id import Kind, public_id
from resolvers.officers import add_officer
from resolvers.passwords import Passwords
from server.administration import database, on_record
from server.settings import Settings
from tests.identities import account, unit

INSTITUTION = "天津制卡中心"
PASSWORD = "correct horse battery"
STAY = timedelta(hours=12)


@dataclass(frozen=True)
class Inhabitant:
    """A unit's administrator, signed in, and the application that waits for its issuer."""

    token: str
    application: str


@dataclass(frozen=True)
class Population:
    units: Sequence[Inhabitant]
    officers: Sequence[str]  # their usernames; the password is one


async def populate(folder: Path, units: int, officers: int) -> Population:
    """Add them to the deployment in `folder`, while its server runs."""
    settings = Settings(data_dir=folder)
    async with database(settings):
        desk = await Institution.get(name=INSTITUTION)
        names = [f"desk{number}" for number in range(officers)]
        with on_record(settings, "bench") as trail:
            for name in names:
                await add_officer(trail, Passwords(), name, PASSWORD, desk)
        async with transaction():
            return Population([await _unit(n + 1, desk) for n in range(units)], names)


async def _unit(number: int, desk: Institution) -> Inhabitant:
    enterprise = await _enterprise(number)
    token = await _signed_in(number, enterprise)
    moment = now()
    application = await Application.create(
        number=application_number(moment, number),
        kind=ApplicationKind.NEW_CARDS,
        status=ApplicationStatus.SUBMITTED,
        submitted_at=moment,
        enterprise=enterprise,
        unfinished_of=enterprise.id,
        maker=desk,
        issuer=desk,
        held_maker=desk,
        held_issuer=desk,
    )
    return Inhabitant(token, public_id(Kind.APPLICATION, application.id))


async def _enterprise(number: int) -> Enterprise:
    told = unit(number)
    return await Enterprise.create(
        uscc=told["unifiedSocialCreditCode"],
        organization_code=told["organizationCode"],
        name=told["name"],
        legal_name=told["legalPersonName"],
        legal_id_type=IdType(told["idType"]),
        legal_id_number=told["idNumber"],
        legal_id_valid_from=told["idValidFrom"],
        legal_id_valid_to=told["idValidTo"],
        legal_country=told["country"],
    )


async def _signed_in(number: int, enterprise: Enterprise) -> str:
    """The token of a session whose row is as signing in leaves it."""
    told, token, moment = account(number), secrets.token_urlsafe(32), now()
    row = await Account.create(
        username=told["username"],
        password_hash="",  # nobody signs in by it
        role=Role.ENTERPRISE_ADMIN,
        enterprise=enterprise,
        name=told["name"],
        phone=told["phone"],
        email=told["email"],
    )
    await Session.create(
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        account=row,
        signed_in_by=SignInMethod.PASSWORD,
        last_used_at=moment,
        expires_at=moment + STAY,
    )
    return token
