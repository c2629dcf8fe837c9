"""What is live at the desk besides the events: who works on what, and how much lies there.

Both are states, read from the database when a wake-up or an event says that they may have changed:
several processes see the same, and one that was killed leaves nothing behind but leases that end.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

from models.claim import Claimed, Claims, good_claims
from models.clock import now
from models.log import head
from subscriptions.board import UNSEEN, Board, Look
from subscriptions.hub import Audience, Hub

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0  # seconds: how late a claim is told when its wake-up was lost
CLAIMS_APART = 0.05
FIGURES_APART = 0.2
PAUSE = 1.0  # seconds before a database that failed is asked again
SOONEST = 0.05
Count = Callable[[], Awaitable[Any]]


async def _claims() -> tuple[Claims, float]:
    """Good until the first lease runs out; claims that end by themselves need no wake-up."""
    claims = await good_claims()
    end = claims.first_end()
    left = (end - now()).total_seconds() if end else LOOK_EVERY
    return claims, min(max(left, SOONEST), LOOK_EVERY)


class LiveDesk:
    """One a process. `claims`: all good claims. Figures are counted once for each group of those
    who see the same: an institution's officers, or (None) the platform.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._figures: dict[int | None, Figures] = {}
        self.claims: Board[Claims] = Board(_claims, "the desk's claims", CLAIMS_APART)

    def wake(self) -> None:
        self.claims.wake()

    async def run(self) -> None:
        """Show the claims until cancelled."""
        await self.claims.run()

    @property
    def groups(self) -> int:
        """For how many groups figures are counted now."""
        return len(self._figures)

    @contextmanager
    def figures(
        self, institution: int | None, audience: Audience, count: Count
    ) -> Iterator[Look[Any]]:
        """Look at a group's figures, by `count`: as they are now, and again after every event for
        `audience` and every change of its claims, at most every FIGURES_APART seconds.
        """
        group = self._figures.get(institution)
        if group is None:
            group = self._figures[institution] = Figures(count)
            group.begin(self._hub, audience, self.claims, institution)
        try:
            with group.board.looked_at() as look:
                yield look
        finally:
            if not group.board.lookers and self._figures.get(institution) is group:
                self._figures.pop(institution).end()


class Figures:
    """The counting of one group, as long as somebody looks."""

    def __init__(self, count: Count) -> None:
        self._count = count
        self.board: Board[Any] = Board(self._read, "a desk's figures", FIGURES_APART)
        self._tasks: list[asyncio.Task[None]] = []

    def begin(
        self, hub: Hub, audience: Audience, claims: Board[Claims], institution: int | None
    ) -> None:
        loops = (
            self.board.run(),
            self._after_events(hub, audience),
            self._after_claims(claims, institution),
        )
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    def end(self) -> None:
        """A count under way comes to its end, so that it gives its connection back."""
        self.board.end()
        for task in self._tasks[1:]:
            task.cancel()

    async def _read(self) -> tuple[Any, float]:
        return await self._count(), UNSEEN

    async def _after_events(self, hub: Hub, audience: Audience) -> None:
        """Counted anew after every event from before the last count on, so that none is missed."""
        while True:
            try:
                since = await head()
                self.board.wake()
                async with aclosing(hub.follow(audience, since)) as events:
                    async for _ in events:
                        self.board.wake()
            except Exception:
                log.exception("a desk's figures cannot follow the log")
                await asyncio.sleep(PAUSE)

    async def _after_claims(self, claims: Board[Claims], institution: int | None) -> None:
        known: Mapping[int, Claimed] | None = None
        with claims.looked_at() as look:
            async for all_claims in _shown(look):
                theirs = all_claims.of(institution)
                if theirs != known:
                    known = theirs
                    self.board.wake()


async def _shown(look: Look[Claims]) -> AsyncIterator[Claims]:
    while True:
        claims = await look.next()
        if claims is not None:
            yield claims
