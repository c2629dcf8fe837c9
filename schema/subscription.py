"""What can be watched, live and without loss: each event once, in order, behind `after`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from models.actor import Actor
from models.enums import ApplicationEventType as Type
from models.event import Event
from models.log import head
from models.public_id import Kind, row_id
from models.refusals import refuse
from resolvers.applications import application_of
from resolvers.paging import position_of
from resolvers.progress import Progress, progress_of
from resolvers.sessions import still_signed_in
from schema.application import ApplicationEvent
from schema.context import Context, Info
from schema.progress import IssuanceProgress
from schema.recording import denied
from subscriptions.feeds import institution_events, of_application, scope_of, unit_events
from subscriptions.hub import Audience

AFTER = strawberry.argument(
    description="The cursor of the last event seen: what came since is told first, then what comes. null: from now on."
)
APPLICATION = strawberry.argument(description="The application.")


async def _followed(
    context: Context, actor: Actor, audience: Audience | None, after: int | None
) -> AsyncGenerator[Event, None]:
    """The events, as long as the session lasts."""
    if audience is None:
        await denied(context, actor, "subscription", "FORBIDDEN")
        raise refuse("FORBIDDEN")
    async with aclosing(context.hub.follow(audience, after)) as events:
        async for event in events:
            if not await still_signed_in(context.office, actor):
                raise refuse("NOT_SIGNED_IN")
            yield event


async def _told(
    info: Info, actor: Actor, audience: Audience | None, after: str | None
) -> AsyncGenerator[ApplicationEvent, None]:
    followed = _followed(info.context, actor, audience, position_of(after))
    async with aclosing(followed) as events:
        async for event in events:
            told = await ApplicationEvent.told(event, actor)
            if told:
                yield told


async def _one_application(
    context: Context, actor: Actor, id: strawberry.ID
) -> tuple[int, Audience]:
    wanted = row_id(Kind.APPLICATION, id) or 0
    row = await application_of(actor, wanted)
    scope = scope_of(actor)
    if row is None or scope is None:
        await denied(context, actor, "subscription", "NOT_FOUND", wanted)
        raise refuse("NOT_FOUND", "applicationId")
    return row.id, of_application(scope, row.id)


@strawberry.type(description="Everything that can be watched.")
class Subscription:
    @strawberry.subscription(
        description="One application. Its unit, its institutions, the platform's administrator (from the first submission on)."
    )
    async def application_events(
        self,
        info: Info,
        application_id: Annotated[strawberry.ID, APPLICATION],
        after: Annotated[str | None, AFTER] = None,
    ) -> AsyncGenerator[ApplicationEvent, None]:
        actor = await info.context.actor()
        _, audience = await _one_application(info.context, actor, application_id)
        async with aclosing(_told(info, actor, audience, after)) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description="All applications of the viewer's unit. A unit's administrator."
    )
    async def enterprise_events(
        self, info: Info, after: Annotated[str | None, AFTER] = None
    ) -> AsyncGenerator[ApplicationEvent, None]:
        actor = await info.context.actor()
        async with aclosing(_told(info, actor, unit_events(actor), after)) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description="What reaches the officer's institution as issuer, maker or data centre, and what follows. An RA officer."
    )
    async def incoming_applications(
        self, info: Info, after: Annotated[str | None, AFTER] = None
    ) -> AsyncGenerator[ApplicationEvent, None]:
        actor = await info.context.actor()
        async with aclosing(_told(info, actor, institution_events(actor), after)) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description="How far the cards are: the present state first, then every change; ends with the last card. Its unit, its institutions, the platform's administrator."
    )
    async def issuance_progress(
        self, info: Info, application_id: Annotated[strawberry.ID, APPLICATION]
    ) -> AsyncGenerator[IssuanceProgress, None]:
        actor = await info.context.actor()
        row, audience = await _one_application(info.context, actor, application_id)
        async with aclosing(_progress(info.context, actor, row, audience)) as changes:
            async for progress in changes:
                yield IssuanceProgress.of(progress, actor)


async def _progress(
    context: Context, actor: Actor, application: int, audience: Audience
) -> AsyncGenerator[Progress, None]:
    """The state when watching begins, and after each card, as of its event."""
    since = await head()
    told = await progress_of(application, since)
    yield told
    async with aclosing(_followed(context, actor, audience, since)) as events:
        while not told.is_over:
            event = await anext(events)
            if event.type in CHANGES:
                told = await progress_of(application, event.id)
                yield told


CHANGES = frozenset({Type.APPROVED, Type.CARD_ISSUED, Type.CARD_FAILED})
