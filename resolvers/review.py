"""What the issuer decides (受理、退单、审核通过; manual §5.4, §5.5)."""

from dataclasses import dataclass

from models.actor import Actor
from models.application import Application
from models.card import Card
from models.dossier import Dossier, dossier_of
from models.enums import (
    ApplicationAction,
    ApplicationEventType,
    ApplicationStatus,
    CardKind,
    MediaSupply,
    MediaType,
    ReturnCategory,
)
from models.log import append
from models.notices import write_notices
from models.numbers import card_number
from models.persons import Person
from models.places import canonical_place
from models.reasons import pinned_reason
from models.refusals import Refusal, Refused, refuse, refuse_any
from models.workflow import move
from resolvers.editing import locked
from resolvers.office import Office

MOST_REASONS = 50
SUPPLIED = {
    MediaSupply.FREE: ApplicationStatus.MEDIA_READY,
    MediaSupply.ENTERPRISE: ApplicationStatus.MEDIA_REQUIRED,
}


@dataclass(frozen=True)
class Reason:
    """A reason as the officer gives it: from the catalogue, pinned to a place."""

    category: ReturnCategory
    code: str
    path: tuple[str, ...]
    note: str | None


async def accept_application(office: Office, actor: Actor, application_id: int) -> Application:
    """受理: from now on the unit can do nothing. Who accepted stays with the application, for the
    four-eyes rule as it is now.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, CLAIMED_BY_ANOTHER.
    """
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.ACCEPT)
        was = move(application, ApplicationAction.ACCEPT, ApplicationStatus.IN_REVIEW)
        application.accepted_by_id = actor.account_id
        application.four_eyes = office.terms.four_eyes
        await application.save()
        await append(application, ApplicationEventType.ACCEPTED, actor, was=was)
    return application


async def return_application(
    office: Office, actor: Actor, application_id: int, reasons: list[Reason]
) -> Application:
    """退单: back to the unit, with what to mend and where.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, CLAIMED_BY_ANOTHER, REASONS_REQUIRED,
    REASON_UNKNOWN, REASON_PATH, NOTE_REQUIRED, TOO_MANY.
    """
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.RETURN)
        dossier = await dossier_of(application)
        kept = _pinned(dossier, reasons)
        was = move(application, ApplicationAction.RETURN, ApplicationStatus.RETURNED)
        application.return_reasons = kept
        await application.save()
        event = await append(
            application, ApplicationEventType.RETURNED, actor, was=was, reasons=kept
        )
        await write_notices(event, dossier)
    return application


def _pinned(dossier: Dossier, reasons: list[Reason]) -> list[dict[str, object]]:
    if not reasons:
        raise refuse("REASONS_REQUIRED", "reasons")
    if len(reasons) > MOST_REASONS:
        raise refuse("TOO_MANY", "reasons", limit=MOST_REASONS)
    kept, refusals = [], []
    for index, reason in enumerate(reasons):
        try:
            kept.append(_pin(dossier, reason))
        except Refused as refused:
            refusals += [_below(refusal, str(index)) for refusal in refused.refusals]
    refuse_any(refusals)
    return kept


def _pin(dossier: Dossier, reason: Reason) -> dict[str, object]:
    place = canonical_place(dossier, reason.path)
    if place is None:
        raise refuse("REASON_PATH", "path")
    return pinned_reason(reason.category, reason.code, place, reason.note)


def _below(refusal: Refusal, index: str) -> Refusal:
    return Refusal(refusal.code, ("reasons", index, *refusal.path), refusal.facts)


async def approve_application(
    office: Office, actor: Actor, application_id: int, supply: MediaSupply
) -> Application:
    """审核通过: its cards come into being, and wait for the unit's media or are ready to be made.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, FOUR_EYES, CLAIMED_BY_ANOTHER.
    """
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.APPROVE)
        dossier = await dossier_of(application)
        was = move(application, ApplicationAction.APPROVE, SUPPLIED[supply])
        await application.save()
        await _create_cards(dossier)
        event = await append(application, ApplicationEventType.APPROVED, actor, was=was)
        await write_notices(event, dossier)
    return application


async def _create_cards(dossier: Dossier) -> None:
    here = dossier.application
    await _card(here, 1, CardKind.LEGAL, dossier.legal_person, here.legal_media_type).save()
    for index, operator in enumerate(dossier.operators, start=2):
        card = _card(here, index, CardKind.OPERATOR, operator.person, operator.media_type)
        card.operator_id = operator.id
        await card.save()


def _card(
    application: Application, index: int, kind: CardKind, holder: Person, media: MediaType | None
) -> Card:
    return Card(
        number=card_number(application.number or "", index),
        application_id=application.id,
        enterprise_id=application.enterprise_id,
        kind=kind,
        holder_name=holder.name,
        holder_id_type=holder.id_type,
        holder_id_number=holder.id_number,
        media_type=media,
    )
