"""Wake-ups between processes by broadcaster: one subscription a process, on one channel.

A wake-up tells nothing but which process sent it: who is woken looks into the database. Losing one
costs latency only, for every reader also looks on a timer. A broker that is away is tried again for
as long as it takes.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable

from broadcaster import Broadcast

from subscriptions.broker import Patience
from subscriptions.postgres import PostgresBackend
from subscriptions.valkey import ValkeyBackend

log = logging.getLogger(__name__)

CHANNEL = "portcard"
PATIENCE = Patience()


class WakeUps:
    """`announce` wakes this process at once and the others through the broker at `url`: memory://,
    redis://, rediss:// or postgres://. With memory:// there are no others.
    """

    def __init__(self, url: str, woken: Callable[[], None], patience: Patience = PATIENCE) -> None:
        self._url, self._woken, self._patience = url, woken, patience
        self._name = secrets.token_hex(8)
        self._outgoing = asyncio.Event()
        self._backend = _backend(url, patience)

    @property
    def are_sure(self) -> bool:
        """Whether a wake-up of another process is heard at once, as far as is known. `woken` is
        called when that changes.
        """
        return self._backend is not None and self._backend.is_up

    async def announce(self) -> None:
        """Never waits for the broker."""
        self._woken()
        self._outgoing.set()

    async def run(self) -> None:
        """Listen and publish until cancelled, through every failure of the broker."""
        broadcast = Broadcast(self._url, backend=self._backend)
        async with broadcast, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(broadcast))
            tasks.create_task(self._publish(broadcast))

    async def _listen(self, broadcast: Broadcast) -> None:
        """What this process sent woke it already."""
        async with broadcast.subscribe(CHANNEL) as wakeups:
            while True:
                if (await wakeups.get()).message != self._name:
                    self._woken()

    async def _publish(self, broadcast: Broadcast) -> None:
        """Many announcements in a row are one wake-up."""
        while True:
            await self._outgoing.wait()
            self._outgoing.clear()
            try:
                async with asyncio.timeout(self._patience.answer):
                    await broadcast.publish(CHANNEL, self._name)
            except Exception as error:  # noqa: BLE001 - each backend raises its own
                log.warning("a wake-up was not published: %s", type(error).__name__)
                self._outgoing.set()
                await asyncio.sleep(self._patience.pause)


def _backend(url: str, patience: Patience) -> ValkeyBackend | PostgresBackend | None:
    """One of ours, or None for broadcaster's own."""
    if url.startswith(("redis://", "rediss://")):
        return ValkeyBackend(url, CHANNEL, patience)
    if url.startswith(("postgres://", "postgresql://")):
        return PostgresBackend(url, CHANNEL, patience)
    return None
