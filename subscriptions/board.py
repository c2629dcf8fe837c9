"""A board: a state that is read again when it may have changed, once for all who look at it here.

State, not events: who comes late, is slow, or was cut off sees what is so now, and nothing is
queued for anybody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from subscriptions.rounds import Rounds

UNSEEN = 3600.0  # seconds: a board that nobody looks at is not read, and woken by who comes
REST = 4.0  # of a slow read: for so many times as long as it took the next one waits
T = TypeVar("T")
Read = Callable[[], Awaitable[tuple[T, float]]]
"""Answers the state, and for how many seconds it is good unless the board is woken."""


class Look(Generic[T]):
    """Somebody who looks at a board."""

    def __init__(self) -> None:
        self._shown = asyncio.Event()
        self._state: T | None = None

    def show(self, state: T) -> None:
        """What is shown already is no news."""
        if state is not self._state:
            self._state = state
            self._shown.set()

    async def next(self, within: float | None = None) -> T | None:
        """The state, when it is another than the one seen last; None after `within` seconds."""
        try:
            async with asyncio.timeout(within):  # wait_for may swallow a cancellation
                await self._shown.wait()
        except TimeoutError:
            return None
        self._shown.clear()
        return self._state


class Board(Generic[T]):
    """`apart`: seconds between two reads at the least, however often it is woken; the first wake-up
    after a pause is read at once, and the last one always. `what` is for the log.
    """

    def __init__(self, read: Read[T], what: str, apart: float) -> None:
        self._read, self._apart = read, apart
        self._rounds = Rounds(self._round, what)
        self._looks: set[Look[T]] = set()
        self._state: T | None = None
        self._next_read = 0.0

    @property
    def lookers(self) -> int:
        return len(self._looks)

    def wake(self) -> None:
        self._rounds.wake()

    async def run(self) -> None:
        """Show until ended or cancelled. A database that is away is asked again."""
        await self._rounds.run()

    def end(self) -> None:
        self._rounds.end()

    @contextmanager
    def looked_at(self) -> Iterator[Look[T]]:
        """The first state that is shown was read after this began."""
        look: Look[T] = Look()
        self._looks.add(look)
        self.wake()
        try:
            yield look
        finally:
            self._looks.discard(look)

    async def _round(self) -> float:
        await self._rest()
        looks = tuple(self._looks)
        if not looks:
            return UNSEEN
        begun = _time()
        state, good_for = await self._read()
        self._next_read = _time() + max(self._apart, REST * (_time() - begun))
        if state != self._state:
            self._state = state
        for look in looks:
            look.show(self._state)
        return good_for

    async def _rest(self) -> None:
        rest = self._next_read - _time()
        if rest > 0:
            await asyncio.sleep(rest)


def _time() -> float:
    return asyncio.get_running_loop().time()
