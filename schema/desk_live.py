"""What can be watched at the desk besides the events: states, told again when they change."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import strawberry

from models.actor import Actor
from models.claim import Claimed, Seat
from models.database import is_passing
from models.enums import Role
from models.refusals import refuse
from resolvers.desk_summary import Summary, has_desk, summary_of
from resolvers.presence import RENEW_EVERY, leave, sit_down, stay
from schema.claim import DeskClaims
from schema.context import Context, Info
from schema.desk_summary import DeskSummary
from schema.live import Joining
from schema.recording import denied
from subscriptions.feeds import scope_of

log = logging.getLogger(__name__)


@strawberry.type(description="What can be asked at the desk.")
class DeskQuery:
    @strawberry.field(
        description="How much lies at the viewer's desk, per status. An RA officer: the institution's, a data centre's its region; the platform's administrator: all that was ever submitted. FORBIDDEN for others."
    )
    async def desk_summary(self, info: Info) -> DeskSummary:
        actor = await _desk_actor(info.context, "deskSummary")
        return DeskSummary.of(await summary_of(actor))


@strawberry.type(description="What can be watched at the desk.")
class DeskLive:
    @strawberry.subscription(
        description="Who works on what of the institution's applications: all claims first, then each change, those that end by themselves too. While it is open its officer is there, and the officer's own claims go on; with the last one they end at once. An RA officer."
    )
    async def desk_claims(self, info: Info) -> AsyncGenerator[DeskClaims, None]:
        actor = await _desk_actor(info.context, "subscription")
        if actor.role is not Role.RA_OFFICER:
            await denied(info.context, actor, "subscription", "FORBIDDEN")
            raise refuse("FORBIDDEN")
        _begins(info.context, actor)
        async with aclosing(_claims(info.context, actor)) as changes:
            async for change in changes:
                yield change

    @strawberry.subscription(
        description="The same as the query, live: as it is now, then after each change, at most five times a second; the last one is always told. An RA officer, the platform's administrator."
    )
    async def desk_summary(self, info: Info) -> AsyncGenerator[DeskSummary, None]:
        actor = await _desk_actor(info.context, "subscription")
        _begins(info.context, actor)
        async with aclosing(_summaries(info.context, actor)) as summaries:
            async for summary in summaries:
                yield DeskSummary.of(summary)


async def _desk_actor(context: Context, what: str) -> Actor:
    actor = await context.actor()
    if not has_desk(actor):
        await denied(context, actor, what, "FORBIDDEN")
        raise refuse("FORBIDDEN")
    return actor


def _begins(context: Context, actor: Actor) -> None:
    """Tell the door who watches, so that it ends with the session."""
    if isinstance(context.live, Joining):
        context.live.begins(actor)


async def _summaries(context: Context, actor: Actor) -> AsyncGenerator[Summary, None]:
    audience = scope_of(actor)
    if audience is None:
        raise refuse("FORBIDDEN")
    group = None if actor.role is Role.PLATFORM_ADMIN else actor.institution_id
    with context.desk.figures(group, audience, lambda: summary_of(actor)) as look:
        while True:
            summary = await look.next()
            if summary is not None:
                yield summary


async def _claims(context: Context, actor: Actor) -> AsyncGenerator[DeskClaims, None]:
    told: Mapping[int, Claimed] | None = None
    async with _sitting(context, actor) as sitting:
        with context.desk.claims.looked_at() as look:
            while True:
                claims = await look.next(sitting.left())
                await _tried(sitting.renew())
                if claims is None or claims.of(actor.institution_id) == told:
                    continue
                known, told = told, claims.of(actor.institution_id)
                yield DeskClaims.of(known, told, actor)


class _Sitting:
    """A seat that is renewed while the operation is open; the door ends that with the session."""

    def __init__(self, context: Context, seat: Seat) -> None:
        self._context, self._seat = context, seat
        self._due = _time() + RENEW_EVERY

    def left(self) -> float:
        """Seconds until it is to be renewed."""
        return max(0.0, self._due - _time())

    async def renew(self) -> None:
        """If it is due."""
        if self.left() > 0:
            return
        self._due = _time() + RENEW_EVERY
        await self._context.shelter.run(stay(self._seat))


async def _tried(attempt: Coroutine[Any, Any, None]) -> None:
    """A database that is away costs nobody the seat: it is renewed when it is due next, for the
    lease outlives two misses, or ends with it.
    """
    try:
        await attempt
    except Exception as error:
        if not is_passing(error):
            raise
        log.warning("a seat waits for the database: %s", type(error).__name__)


@asynccontextmanager
async def _sitting(context: Context, actor: Actor) -> AsyncIterator[_Sitting]:
    """Presence ends with the socket: whatever ends the operation, and be it while the seat is taken,
    the seat is given up.
    """
    sitting = asyncio.ensure_future(context.shelter.run(sit_down(actor)))
    try:
        yield _Sitting(context, await asyncio.shield(sitting))
    finally:
        await _tried(context.shelter.run(_given_up(context, sitting)))


async def _given_up(context: Context, sitting: asyncio.Future[Seat]) -> None:
    await leave(context.office, await sitting)


def _time() -> float:
    return asyncio.get_running_loop().time()
