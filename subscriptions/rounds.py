"""Rounds of work, done whenever there may be some: at a wake-up, and on a timer for those lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds before a database that failed is asked again

Round = Callable[[], Awaitable[float]]
"""Does what is due and answers for how many seconds to sleep; 0 when there may be more."""


class Rounds:
    """Does `work` until told to end; `wake` it when there may be more. `what` is for the log."""

    def __init__(self, work: Round, what: str) -> None:
        self._work, self._what = work, what
        self._bell = asyncio.Event()
        self._ending = False

    def wake(self) -> None:
        self._bell.set()

    def end(self) -> None:
        """Let the round under way be the last one."""
        self._ending = True
        self._bell.set()

    async def run(self) -> None:
        """A database that is away is asked again."""
        while not self._ending:
            self._bell.clear()
            try:
                pause = await self._work()
            except Exception:
                log.exception("%s cannot reach the database", self._what)
                pause = PAUSE
            if not self._ending:
                await self._sleep(pause)

    async def _sleep(self, seconds: float) -> None:
        """Not by `wait_for`, which before Python 3.12 forgets a cancel that comes with the bell."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()
