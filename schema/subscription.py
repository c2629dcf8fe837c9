"""What can be watched, live and without loss: each event once, in order, behind `after`."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Annotated, TypeAlias

import strawberry

from models.actor import Actor
from models.enums import ApplicationEventType as Type
from models.log import head
from models.public_id import Kind, row_id
from models.refusals import refuse
from resolvers.applications import application_of
from resolvers.paging import position_of
from resolvers.progress import Progress, progress_of
from schema.application import ApplicationEvent
from schema.context import Context, Info
from schema.desk_live import DeskLive
from schema.live import Joining, Telling, Watch
from schema.progress import IssuanceProgress
from schema.recording import denied
from subscriptions.feeds import institution_events, of_application, scope_of, unit_events
from subscriptions.hub import Audience

AFTER = strawberry.argument(
    description="The cursor of the last event seen: what came since is told first, then what comes. null: from now on."
)
APPLICATION = strawberry.argument(description="The application.")


Finding: TypeAlias = Callable[[Actor], Awaitable[Audience | None]]


async def _told(
    info: Info, after: str | None, find: Finding
) -> AsyncGenerator[ApplicationEvent, None]:
    """The events of the audience that `find` finds for who asks; who may watch is known when the
    first is awaited. One that the door shares ends there, and is executed again for each event.
    """
    context, live = info.context, info.context.live
    actor = await context.actor()
    if isinstance(live, Telling):
        told = await ApplicationEvent.told(live.event, actor)
        if told:
            yield told
        return
    audience = await _allowed(context, actor, await find(actor))
    watch = Watch(audience, position_of(after))
    if live.begins(actor, watch):
        return
    async with aclosing(context.hub.follow(audience, watch.after)) as events:
        async for event in events:
            told = await ApplicationEvent.told(event, actor)
            if told:
                yield told


async def _allowed(context: Context, actor: Actor, audience: Audience | None) -> Audience:
    """Raise Refused (FORBIDDEN) for who has nothing of the kind to watch."""
    if audience is None:
        await denied(context, actor, "subscription", "FORBIDDEN")
        raise refuse("FORBIDDEN")
    return audience


def _of(audience: Callable[[Actor], Audience | None]) -> Finding:
    async def find(actor: Actor) -> Audience | None:
        return audience(actor)

    return find


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
class Subscription(DeskLive):
    @strawberry.subscription(
        description="One application. Its unit, its institutions, the platform's administrator (from the first submission on)."
    )
    async def application_events(
        self,
        info: Info,
        application_id: Annotated[strawberry.ID, APPLICATION],
        after: Annotated[str | None, AFTER] = None,
    ) -> AsyncGenerator[ApplicationEvent, None]:
        async def find(actor: Actor) -> Audience:
            return (await _one_application(info.context, actor, application_id))[1]

        async with aclosing(_told(info, after, find)) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description="All applications of the viewer's unit. A unit's administrator."
    )
    async def enterprise_events(
        self, info: Info, after: Annotated[str | None, AFTER] = None
    ) -> AsyncGenerator[ApplicationEvent, None]:
        async with aclosing(_told(info, after, _of(unit_events))) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description="What reaches the officer's institution as issuer, maker or data centre, and what follows. An RA officer."
    )
    async def incoming_applications(
        self, info: Info, after: Annotated[str | None, AFTER] = None
    ) -> AsyncGenerator[ApplicationEvent, None]:
        async with aclosing(_told(info, after, _of(institution_events))) as events:
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
        if isinstance(info.context.live, Joining):
            info.context.live.begins(actor)
        async with aclosing(_progress(info.context, row, audience)) as changes:
            async for progress in changes:
                yield IssuanceProgress.of(progress, actor)


async def _progress(
    context: Context, application: int, audience: Audience
) -> AsyncGenerator[Progress, None]:
    """The state when watching begins, and after each card, as of its event."""
    since = await head()
    told = await progress_of(application, since)
    yield told
    async with aclosing(context.hub.follow(audience, since)) as events:
        while not told.is_over:
            event = await anext(events)
            if event.type in CHANGES:
                told = await progress_of(application, event.id)
                yield told


CHANGES = frozenset({Type.APPROVED, Type.CARD_ISSUED, Type.CARD_FAILED})
