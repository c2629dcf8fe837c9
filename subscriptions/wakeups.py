"""Wake-ups between processes by broadcaster: one subscription a process, on one channel.

A wake-up carries nothing: who is woken looks into the database. Losing one costs latency only, for
every reader also looks on a timer. A broker that is away is tried again for as long as it takes.
"""

import asyncio
import logging
from collections.abc import Callable

from broadcaster import Broadcast

from subscriptions.valkey import ValkeyBackend

log = logging.getLogger(__name__)

CHANNEL = "portcard"
PATIENCE = 5.0  # seconds for one publish
PAUSE = 1.0  # seconds before a broker that failed is tried again


class WakeUps:
    """`announce` wakes this process at once and the others through the broker at `url`."""

    def __init__(self, url: str, woken: Callable[[], None]) -> None:
        self._url, self._woken = url, woken
        self._outgoing = asyncio.Event()

    async def announce(self) -> None:
        """Never waits for the broker."""
        self._woken()
        self._outgoing.set()

    async def run(self) -> None:
        """Listen and publish until cancelled, through every failure of the broker."""
        async with _broadcast(self._url) as broadcast, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(broadcast))
            tasks.create_task(self._publish(broadcast))

    async def _listen(self, broadcast: Broadcast) -> None:
        async with broadcast.subscribe(CHANNEL) as wakeups:
            while True:
                await wakeups.get()
                self._woken()

    async def _publish(self, broadcast: Broadcast) -> None:
        """Many announcements in a row are one wake-up."""
        while True:
            await self._outgoing.wait()
            self._outgoing.clear()
            try:
                await asyncio.wait_for(broadcast.publish(CHANNEL, "look"), PATIENCE)
            except Exception as error:  # noqa: BLE001 - each backend raises its own
                log.warning("a wake-up was not published: %s", type(error).__name__)
                self._outgoing.set()
                await asyncio.sleep(PAUSE)


def _broadcast(url: str) -> Broadcast:
    if url.startswith(("redis://", "rediss://")):
        return Broadcast(backend=ValkeyBackend(url))
    return Broadcast(url)
