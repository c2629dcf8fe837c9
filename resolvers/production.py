"""Media, production, delivery (介质、制卡、领卡; manual §5.5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tortoise.exceptions import IntegrityError

from hardware.authority import random_serial
from models.actor import Actor
from models.application import Application
from models.card import Card, Issuance
from models.clock import now
from models.dossier import dossier_of
from models.enums import (
    ApplicationAction,
    ApplicationEventType,
    ApplicationStatus,
    CardStatus,
    MediaType,
    QueueStatus,
)
from models.event import Event
from models.identifiers import normalized
from models.log import append
from models.notices import write_notices
from models.refusals import Refusal, refuse, refuse_any
from models.workflow import move
from resolvers.editing import cleaned, locked
from resolvers.office import Office

SERIAL = re.compile(r"[A-Za-z0-9-]{4,40}")


@dataclass(frozen=True)
class Medium:
    """A blank card: for which card, its type, and the serial number printed on it."""

    card_id: int | None
    type: MediaType
    serial: str


async def register_media(
    office: Office, actor: Actor, application_id: int, media: list[Medium]
) -> Application:
    """Register the media of some or all cards. With the last one the media are ready.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, CLAIMED_BY_ANOTHER, NOTHING_CHOSEN,
    CARD_UNKNOWN, MEDIA_TYPE_DIFFERS, MEDIA_SERIAL_FORMAT, MEDIA_SERIAL_TAKEN.
    """
    try:
        async with office.act():
            application = await locked(actor, application_id, ApplicationAction.REGISTER_MEDIA)
            await _register(application, media)
            was = await _ready(application)
            await append(application, ApplicationEventType.MEDIA_REGISTERED, actor, was=was)
    except IntegrityError:  # another application took the serial number at the same moment
        raise refuse("MEDIA_SERIAL_TAKEN", "media") from None
    return application


async def _register(application: Application, media: list[Medium]) -> None:
    if not media:
        raise refuse("NOTHING_CHOSEN", "media")
    cards = {card.id: card for card in await Card.filter(application_id=application.id)}
    refuse_any(_wrong_media(media, cards))
    refuse_any(await _taken_serials(media))
    ids = [medium.card_id or 0 for medium in media]
    await Card.filter(id__in=ids).update(media_serial=None)  # so that two may swap theirs
    for medium in sorted(media, key=_serial):  # in one order everywhere, so that two cannot wait
        card = cards[medium.card_id or 0]
        card.media_serial = normalized(medium.serial)
        await card.save()


def _serial(medium: Medium) -> str:
    return normalized(medium.serial)


def _wrong_media(media: list[Medium], cards: dict[int, Card]) -> Iterator[Refusal]:
    seen_cards: set[int | None] = set()
    seen_serials: set[str] = set()
    for index, medium in enumerate(media):
        path, serial = ("media", str(index)), normalized(medium.serial)
        card = cards.get(medium.card_id or 0)
        if card is None or medium.card_id in seen_cards:
            yield Refusal("CARD_UNKNOWN", (*path, "cardId"))
        elif card.media_type is not medium.type:
            yield Refusal("MEDIA_TYPE_DIFFERS", (*path, "mediaType"))
        if not SERIAL.fullmatch(serial):
            yield Refusal("MEDIA_SERIAL_FORMAT", (*path, "serialNumber"))
        elif serial in seen_serials:
            yield Refusal("MEDIA_SERIAL_TAKEN", (*path, "serialNumber"))
        seen_cards.add(medium.card_id)
        seen_serials.add(serial)


async def _taken_serials(media: list[Medium]) -> list[Refusal]:
    ids = [medium.card_id or 0 for medium in media]
    serials = [normalized(medium.serial) for medium in media]
    others = Card.filter(media_serial__in=serials).exclude(id__in=ids)
    taken = {card.media_serial for card in await others}
    return [
        Refusal("MEDIA_SERIAL_TAKEN", ("media", str(index), "serialNumber"))
        for index, serial in enumerate(serials)
        if serial in taken
    ]


async def _ready(application: Application) -> ApplicationStatus:
    """MEDIA_READY once every card has its medium; else where it is. Answers the status it had."""
    lacking = await Card.exists(application_id=application.id, media_serial__isnull=True)
    stays = lacking or application.status is ApplicationStatus.MEDIA_READY
    end = application.status if stays else ApplicationStatus.MEDIA_READY
    was = move(application, ApplicationAction.REGISTER_MEDIA, end)
    await application.save()
    return was


async def start_production(office: Office, actor: Actor, application_id: int) -> Application:
    """制卡中. Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, CLAIMED_BY_ANOTHER."""
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.START_PRODUCTION)
        was = move(application, ApplicationAction.START_PRODUCTION, ApplicationStatus.PRODUCING)
        await application.save()
        await Card.filter(application_id=application.id).update(status=CardStatus.PRODUCING)
        await append(application, ApplicationEventType.PRODUCTION_STARTED, actor, was=was)
    return application


async def issue_certificates(office: Office, actor: Actor, application_id: int) -> Application:
    """Record the jobs that make the cards, and answer; a worker does them (issuing.py).

    One job a card, for good: pressed again it adds none, and gives a job that had been given up
    another try. Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, CLAIMED_BY_ANOTHER.
    """
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.ISSUE)
        cards = await Card.filter(application_id=application.id).order_by("id")
        jobs = {
            job.card_id: job for job in await Issuance.filter(card__application_id=application_id)
        }
        for card in cards:
            await _job(card, jobs.get(card.id), actor)
    return application


async def _job(card: Card, job: Issuance | None, actor: Actor) -> None:
    if job is None:
        await Issuance.create(
            card_id=card.id,
            serial=f"{random_serial():032X}",
            not_before=now().replace(microsecond=0),
            actor_role=actor.role,
            actor_name=actor.name,
        )
    elif job.status is QueueStatus.DEAD:
        job.status, job.attempts, job.due_at = QueueStatus.WAITING, 0, now()
        await job.save()


async def complete_application(
    office: Office,
    actor: Actor,
    application_id: int,
    carrier: str | None,
    tracking_number: str | None,
) -> Application:
    """已处理: every card is made.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, CLAIMED_BY_ANOTHER, CARDS_NOT_ISSUED,
    CARRIER_REQUIRED.
    """
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.COMPLETE)
        cards = await Card.filter(application_id=application.id)
        missing = sum(card.status is not CardStatus.ISSUED for card in cards)
        if missing or not cards:
            raise refuse("CARDS_NOT_ISSUED", "applicationId", missing=missing)
        _put_carrier(application, carrier, tracking_number)
        was = move(application, ApplicationAction.COMPLETE, ApplicationStatus.COMPLETED)
        await application.save()
        event = await append(application, ApplicationEventType.COMPLETED, actor, was=was)
        await write_notices(event, await dossier_of(application), cards=len(cards))
    return application


def _put_carrier(application: Application, carrier: str | None, tracking: str | None) -> bool:
    """Whether it says something new. A correction may name the tracking number alone."""
    told = (cleaned(carrier) or application.carrier, cleaned(tracking))
    if not cleaned(carrier) and not cleaned(tracking):
        return False
    if told[0] is None:
        raise refuse("CARRIER_REQUIRED", "carrier")
    is_new = told != (application.carrier, application.tracking_number)
    application.carrier, application.tracking_number = told
    return is_new


async def record_delivery(
    office: Office,
    actor: Actor,
    application_id: int,
    carrier: str | None,
    tracking_number: str | None,
    handed_over_at: datetime | None,
) -> Application:
    """Delivery facts after the cards are made: shipped by a carrier, or handed over. Facts that
    are known already change nothing and are told to nobody.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, CLAIMED_BY_ANOTHER, CARRIER_REQUIRED,
    DELIVERY_FACT_REQUIRED, DATE_IN_FUTURE, DATE_BEFORE_CARDS.
    """
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.RECORD_DELIVERY)
        if not cleaned(carrier) and not cleaned(tracking_number) and handed_over_at is None:
            raise refuse("DELIVERY_FACT_REQUIRED", "carrier")
        await _refuse_impossible(application, handed_over_at)
        shipped = _put_carrier(application, carrier, tracking_number)
        handed = handed_over_at not in (None, application.handed_over_at)
        if shipped or handed:
            application.handed_over_at = handed_over_at or application.handed_over_at
            await _tell_delivery(actor, application, shipped=shipped, handed=handed)
    return application


async def _refuse_impossible(application: Application, handed_over_at: datetime | None) -> None:
    if handed_over_at is None:
        return
    if handed_over_at > now():
        raise refuse("DATE_IN_FUTURE", "handedOverAt")
    made = await Event.filter(
        application_id=application.id, type=ApplicationEventType.COMPLETED
    ).first()
    if made and handed_over_at < made.occurred_at:
        raise refuse("DATE_BEFORE_CARDS", "handedOverAt")


async def _tell_delivery(
    actor: Actor, application: Application, *, shipped: bool, handed: bool
) -> None:
    was = move(application, ApplicationAction.RECORD_DELIVERY, ApplicationStatus.COMPLETED)
    await application.save()
    if shipped:
        event = await append(application, ApplicationEventType.SHIPPED, actor, was=was)
        await write_notices(event, await dossier_of(application))
    if handed:
        await append(application, ApplicationEventType.HANDED_OVER, actor, was=was)
