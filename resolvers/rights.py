"""What a unit may do beyond asking: without a legal card all of it, with one only by that card.

Source: requirements "People" and manual §2.3. A unit has its card in hand when the application that
it was made for is COMPLETED; until then nothing changes for it.
"""

from collections.abc import Iterable

from models.actor import Actor
from models.application import Application
from models.card import Card
from models.enums import (
    ApplicationAction,
    ApplicationStatus,
    CardKind,
    CardStatus,
    Role,
    SignInMethod,
)
from models.refusals import refuse
from models.workflow import available_actions, moves_of, parties_of, permit


async def has_legal_card(enterprise_id: int) -> bool:
    """Whether the unit is a 有卡用户 (manual §2.3)."""
    return bool(await units_with_legal_card([enterprise_id]))


async def units_with_legal_card(units: Iterable[int]) -> set[int]:
    """Those of `units` that are."""
    cards = Card.filter(
        enterprise_id__in=list(units), kind=CardKind.LEGAL, status=CardStatus.ISSUED
    )
    return {card.enterprise_id for card in await cards}


async def needs_card(actor: Actor) -> bool:
    """Whether the actor may only query: a unit's administrator who has the legal card in hand and
    signed in without it.
    """
    if actor.role is not Role.ENTERPRISE_ADMIN or actor.signed_in_by is SignInMethod.CARD:
        return False
    return await Card.exists(
        enterprise_id=actor.enterprise_id,
        kind=CardKind.LEGAL,
        status=CardStatus.ISSUED,
        application__status=ApplicationStatus.COMPLETED,
    )


async def refuse_without_card(actor: Actor, *place: str) -> None:
    """Raise Refused (CARD_NEEDED, at `place` of the input) for who may only query."""
    if await needs_card(actor):
        raise refuse("CARD_NEEDED", *place)


async def permit_to(
    actor: Actor, act: ApplicationAction, application: Application, place: str = "applicationId"
) -> None:
    """Raise Refused unless `actor` may do `act` to the application now: FORBIDDEN if never,
    CARD_NEEDED if not in this session, WRONG_STATE if not in its present state, or the code of a
    guard of the workflow.
    """
    parties = parties_of(actor, application)
    if moves_of(act, parties):
        await refuse_without_card(actor, place)
    permit(act, application, parties, place, actor.account_id)


def open_acts(
    actor: Actor, application: Application, *, only_queries: bool
) -> list[ApplicationAction]:
    """The acts that `permit_to` lets pass now; `only_queries` is what `needs_card` says."""
    if only_queries:
        return []
    return available_actions(application, parties_of(actor, application), actor.account_id)
