"""Watching live: every event printed as it comes, and kept, with its cursor."""

import asyncio
from contextlib import suppress
from typing import Any

import screen
from api import Desk
from gql.transport.exceptions import TransportError

PATIENCE = 30.0


class LostEvent(Exception):  # noqa: N818 - what went wrong
    """An event did not come, came twice, or came out of order."""


class Watcher:
    """A subscription that can be dropped and taken up again behind the last cursor.

    It begins behind `first`, or with what happens from now on.
    """

    def __init__(
        self, desk: Desk, operation: str, who: str, colour: str, first: str | None = None
    ) -> None:
        self._desk, self._operation, self._first = desk, operation, first
        self._who, self._colour = who, colour
        self.events: list[dict[str, Any]] = []
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._broken: Exception | None = None

    async def begin(self) -> None:
        """Connect, and go on where the last event was."""
        after = self.events[-1]["cursor"] if self.events else self._first
        connected = asyncio.Event()
        self._task = asyncio.create_task(self._read(after, connected))
        await asyncio.wait(
            [self._task, asyncio.create_task(connected.wait())],
            timeout=PATIENCE,
            return_when=asyncio.FIRST_COMPLETED,
        )

    async def drop(self) -> None:
        """Lose the connection."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _read(self, after: str, connected: asyncio.Event) -> None:
        try:
            async with self._desk.watching(self._operation, after=after) as events:
                connected.set()
                async for event in events:
                    self._take(event)
        except (TransportError, OSError) as error:
            self._broken = error
            self._changed.set()

    def _take(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        self._changed.set()
        screen.live(self._who, self._colour, event)

    async def until(self, type_: str, application: str, times: int = 1) -> dict[str, Any]:
        """The event of that type, when it has come that often."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(self._seen(type_, application)) < times:
                    if self._broken:
                        raise self._broken
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise LostEvent(f"{self._who}: {type_} did not come") from None
        return self._seen(type_, application)[times - 1]

    def _seen(self, type_: str, application: str) -> list[dict[str, Any]]:
        return [e for e in self.of(application) if e["type"] == type_]

    def of(self, application: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["application"]["id"] == application]

    def check(self, application: str, expected: list[str]) -> None:
        """Raise LostEvent unless exactly these came, once each, in this order."""
        types = [event["type"] for event in self.of(application)]
        cursors = [event["cursor"] for event in self.events]
        if types != expected or len(set(cursors)) != len(cursors):
            raise LostEvent(f"{self._who}: {', '.join(types)} instead of {', '.join(expected)}")
