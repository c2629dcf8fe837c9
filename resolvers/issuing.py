"""The worker that makes the cards, one step stored before the next (docs/issuance-cycle.md)."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hardware.errors import HardwareError
from hardware.issuance import build_tbs
from hardware.names import Holder
from hardware.profiles import Profiles
from hardware.token import Pins
from hardware.worker import HardwareWorker
from models.application import Application
from models.audit import Who
from models.card import Card, Certificate, Issuance
from models.clock import now
from models.database import transaction
from models.enterprise import Enterprise, OperatorAccount
from models.enums import (
    ApplicationEventType,
    CardKind,
    CardStatus,
    IssuanceStep,
    QueueStatus,
    Role,
)
from models.log import append
from models.public_id import Kind
from models.queue import TAKEN, finish, keep, put_back, seconds_until, take
from resolvers.trail import Trail, deed_about
from subscriptions.rounds import Rounds

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # renewed at every step
RETRIES = (1, 5, 30, 120, 600)  # seconds to wait after the first, second … failure
LONGEST_SLEEP = 15.0
SHORT_NAMES = {
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier",
}
"""Registered short names (RFC 4519, X.520) that RFC 4514 lets stand for the numbers."""
PROFILES = {CardKind.LEGAL: Profiles.LEGAL, CardKind.OPERATOR: Profiles.OPERATOR}
WORKER = Who(username="worker")


@dataclass(frozen=True)
class Workshop:
    """What cards are made with: the module, its PINs, the issuing CA, where /pki/ is served."""

    hardware: HardwareWorker
    issuing_pin: str
    pins_of: Callable[[str], Pins]
    issuer_pem: str
    base_url: str


class LeaseLost(Exception):  # noqa: N818 - nothing erred: another has the job
    """Another worker has taken the job since; what one was about to store is of no use."""


class IssuingWorker:
    """Takes jobs one by one; `wake` it when there may be a new one."""

    def __init__(
        self, workshop: Workshop, wake_readers: Callable[[], Awaitable[None]], trail: Trail
    ) -> None:
        self._workshop, self._wake_readers, self._trail = workshop, wake_readers, trail
        self._rounds = Rounds(self._round, "the issuing worker")

    def wake(self) -> None:
        self._rounds.wake()

    def end(self) -> None:
        """Make the card under way, and no more."""
        self._rounds.end()

    async def run(self) -> None:
        """Work until told to end. No job is lost."""
        await self._rounds.run()

    async def _round(self) -> float:
        if pause := await seconds_until(Issuance, LONGEST_SLEEP):
            return pause
        return TAKEN if await self._make_one() is None else 0

    async def drain(self) -> int:
        """Do every job that is due. Answers how many cards were made."""
        made = 0
        while (card := await self._make_one()) is not None:
            made += card
        return made

    async def _make_one(self) -> bool | None:
        """Whether the next card was made; None when no job is due."""
        jobs = await take(Issuance, 1, LEASE)
        return await self._attempt(jobs[0]) if jobs else None

    async def _attempt(self, job: Issuance) -> bool:
        try:
            await self._make(job)
        except LeaseLost:
            log.warning("card %s: another worker has taken it", job.card_id)
        except HardwareError as error:
            log.warning("card %s: %s", job.card_id, error)
            await self._failed(job, str(error), retryable=error.retryable)
        except Exception as error:
            log.exception("card %s", job.card_id)
            await self._failed(job, type(error).__name__, retryable=True)
        else:
            return True
        return False

    async def _failed(self, job: Issuance, error: str, *, retryable: bool) -> None:
        async with transaction():
            kept = await put_back(job, error, RETRIES if retryable else ())
            if kept and job.status is QueueStatus.DEAD:
                await _tell(job, ApplicationEventType.CARD_FAILED)
                await self._trail.add(deed_about("giveUpCard", WORKER, Kind.CARD, job.card_id))
        await self._wake_readers()

    async def _make(self, job: Issuance) -> None:
        card = await Card.get(id=job.card_id)
        while job.step is not IssuanceStep.WRITTEN:
            await STEPS[job.step](self._workshop, job, card)
            await _store(job)
        await _record(self._trail, job, card)
        await self._wake_readers()


STORED = ("step", "token_serial", "csr", "tbs", "certificate")


async def _store(job: Issuance) -> None:
    """Keep what a step has made, and the job for as long again. Raises LeaseLost."""
    made = {name: getattr(job, name) for name in STORED}
    if not await keep(job, leased_until=now() + LEASE, **made):
        raise LeaseLost


async def _tell(job: Issuance, what: ApplicationEventType) -> None:
    """The event of a card, by whom its making was ordered."""
    card = await Card.get(id=job.card_id)
    application = await Application.filter(id=card.application_id).select_for_update().get()
    actor = (Role(job.actor_role), job.actor_name)
    await append(application, what, actor, was=application.status, card_id=card.id)


async def _personalise(workshop: Workshop, job: Issuance, card: Card) -> None:
    pins = workshop.pins_of(card.number)
    made = await workshop.hardware.personalise(card.number, _key_id(job), pins)
    job.token_serial, job.csr = made.token_serial, made.csr_der
    job.step = IssuanceStep.REQUESTED


def _key_id(job: Issuance) -> bytes:
    """CKA_ID from the issuance, so that a retry finds its own key."""
    return f"issuance-{job.id}".encode()


async def _intend(workshop: Workshop, job: Issuance, card: Card) -> None:
    unit = await Enterprise.get(id=card.enterprise_id)
    holder = Holder(unit=unit.name, uscc=unit.uscc, name=card.holder_name, card=card.number)
    job.tbs = build_tbs(
        job.csr or b"",
        int(job.serial, 16),
        holder,
        PROFILES[card.kind],
        issuer_pem=workshop.issuer_pem,
        base_url=workshop.base_url,
        not_before=job.not_before,
    )
    job.step = IssuanceStep.INTENDED


async def _sign(workshop: Workshop, job: Issuance, _card: Card) -> None:
    job.certificate = await workshop.hardware.sign_tbs(workshop.issuing_pin, job.tbs or b"")
    job.step = IssuanceStep.SIGNED


async def _write(workshop: Workshop, job: Issuance, card: Card) -> None:
    pin = workshop.pins_of(card.number).user
    await workshop.hardware.write_certificate(
        card.number, _key_id(job), pin, job.certificate or b""
    )
    job.step = IssuanceStep.WRITTEN


STEPS: dict[IssuanceStep, Callable[[Workshop, Issuance, Card], Awaitable[None]]] = {
    IssuanceStep.RESERVED: _personalise,
    IssuanceStep.REQUESTED: _intend,
    IssuanceStep.INTENDED: _sign,
    IssuanceStep.SIGNED: _write,
}


async def _record(trail: Trail, job: Issuance, card: Card) -> None:
    """The card is made: certificate, card, job, event and audit row in one transaction, once.

    Raises LeaseLost.
    """
    async with transaction():
        if not await finish(job):
            raise LeaseLost
        await _certificate(job).save()
        card.status = CardStatus.ISSUED
        card.media_serial = card.media_serial or job.token_serial
        await card.save()
        await _mark_account(card)
        await _tell(job, ApplicationEventType.CARD_ISSUED)
        await trail.add(deed_about("issueCard", WORKER, Kind.CARD, card.id))


def _certificate(job: Issuance) -> Certificate:
    certificate = x509.load_der_x509_certificate(job.certificate or b"")
    return Certificate(
        card_id=job.card_id,
        serial_number=job.serial,
        subject=certificate.subject.rfc4514_string(SHORT_NAMES),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        pem=certificate.public_bytes(Encoding.PEM).decode(),
    )


async def _mark_account(card: Card) -> None:
    """The person of the unit who now has a card is no longer offered as 未制卡."""
    if card.kind is CardKind.OPERATOR:
        await OperatorAccount.filter(
            enterprise_id=card.enterprise_id,
            id_type=card.holder_id_type,
            id_number_hash=card.holder_id_number,
        ).update(has_card=True)
