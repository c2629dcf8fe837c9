"""The worker that makes the cards, one step stored before the next (docs/issuance-cycle.md)."""

import asyncio
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
from models.queue import finish, next_due, put_back, take

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


@dataclass(frozen=True)
class Workshop:
    """What cards are made with: the module, its PINs, the issuing CA, where /pki/ is served."""

    hardware: HardwareWorker
    issuing_pin: str
    pins_of: Callable[[str], Pins]
    issuer_pem: str
    base_url: str


class IssuingWorker:
    """Takes jobs one by one; `wake` it when there may be a new one."""

    def __init__(self, workshop: Workshop, wake_readers: Callable[[], Awaitable[None]]) -> None:
        self._workshop, self._wake_readers = workshop, wake_readers
        self._bell = asyncio.Event()

    def wake(self) -> None:
        self._bell.set()

    async def run(self) -> None:
        """Work until cancelled. A database that is away is tried again, and no job is lost."""
        while True:
            self._bell.clear()
            try:
                await self.drain()
                pause = await self._pause()
            except Exception:
                log.exception("the issuing worker cannot reach its jobs")
                pause = 1.0
            await self._sleep(pause)

    async def _pause(self) -> float:
        due = await next_due(Issuance)
        if due is None:
            return LONGEST_SLEEP
        return min(max((due - now()).total_seconds(), 0.05), LONGEST_SLEEP)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._bell.wait(), seconds)
        except TimeoutError:
            return

    async def drain(self) -> int:
        """Do every job that is due. Answers how many cards were made."""
        made = 0
        while jobs := await take(Issuance, 1, LEASE):
            made += await self._attempt(jobs[0])
        return made

    async def _attempt(self, job: Issuance) -> bool:
        try:
            await self._make(job)
        except HardwareError as error:
            log.warning("card %s: %s", job.card_id, error)
            await put_back(job, str(error), RETRIES if error.retryable else ())
            await self._wake_readers()
            return False
        return True

    async def _make(self, job: Issuance) -> None:
        card = await Card.get(id=job.card_id)
        while job.step is not IssuanceStep.WRITTEN:
            await STEPS[job.step](self._workshop, job, card)
            job.leased_until = now() + LEASE
            await job.save()
        await _record(job, card)
        await self._wake_readers()


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


async def _record(job: Issuance, card: Card) -> None:
    """The card is made: certificate, card, job and event in one transaction, once."""
    async with transaction():
        application = await Application.filter(id=card.application_id).select_for_update().get()
        if not await Issuance.filter(id=job.id, status=QueueStatus.WAITING).exists():
            return
        await _certificate(job).save()
        card.status = CardStatus.ISSUED
        card.media_serial = card.media_serial or job.token_serial
        await card.save()
        await _mark_account(card)
        await finish(job)
        actor = (Role(job.actor_role), job.actor_name)
        await append(application, ApplicationEventType.CARD_ISSUED, actor, was=application.status)


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
            id_number=card.holder_id_number,
        ).update(has_card=True)


@dataclass(frozen=True)
class Progress:
    """How many of an application's cards are made, and the one that was made last."""

    done: int
    total: int
    card: Card | None


async def progress_of(application_id: int, card: Card | None = None) -> Progress:
    cards = await Card.filter(application_id=application_id).order_by("id")
    done = [row for row in cards if row.status is CardStatus.ISSUED]
    return Progress(len(done), len(cards), card or (done[-1] if done else None))
