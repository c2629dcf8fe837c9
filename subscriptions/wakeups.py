"""Wake-ups between processes by broadcaster: one subscription a process, on one channel.

A wake-up carries nothing: who is woken looks into the database. Losing one costs latency only, for
every reader also looks on a timer. A broker that is away is tried again for as long as it takes.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from broadcaster import Broadcast

log = logging.getLogger(__name__)

CHANNEL = "portcard"
PATIENCE = 5.0  # seconds for one publish
PAUSE = 2.0  # seconds before a broker that failed is tried again


class WakeUps:
    """`announce` wakes this process at once and the others through the broker at `url`."""

    def __init__(self, url: str, woken: Callable[[], None]) -> None:
        self._url, self._woken = url, woken
        self._outgoing = asyncio.Event()

    async def announce(self) -> None:
        self._woken()
        self._outgoing.set()

    async def run(self) -> None:
        """Listen and publish until cancelled, through every failure of the broker."""
        while True:
            broadcast = Broadcast(self._url)
            try:
                await self._serve(broadcast)
            except Exception as error:  # noqa: BLE001 - each backend raises its own
                log.warning("the wake-up broker failed: %s", type(error).__name__)
            finally:
                with suppress(Exception):
                    await asyncio.wait_for(broadcast.disconnect(), PATIENCE)
            self._woken()  # what was announced meanwhile was missed
            await asyncio.sleep(PAUSE)

    async def _serve(self, broadcast: Broadcast) -> None:
        await asyncio.wait_for(broadcast.connect(), PATIENCE)
        tasks = [
            asyncio.create_task(self._listen(broadcast)),
            asyncio.create_task(self._publish(broadcast)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

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
            await asyncio.wait_for(broadcast.publish(CHANNEL, "look"), PATIENCE)
