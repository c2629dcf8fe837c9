"""A backend of broadcaster for Redis and Valkey that outlives its server.

broadcaster's own may begin to listen before it has subscribed, and then hears nothing for good; and
a connection that breaks ends its listener without a word. This one connects when there is something
to hear, connects again for as long as it takes, and announces itself after each time, for what was
published meanwhile was missed.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from broadcaster import Event
from broadcaster._backends.base import BroadcastBackend
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds for the server to answer
SILENCE = 10.0  # seconds after which a silent connection is tested
PAUSE = 1.0  # seconds before a server that failed is tried again
MISSED = "missed"


class ValkeyBackend(BroadcastBackend):
    """One connection to publish, one to listen."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE,
            health_check_interval=SILENCE,
        )
        self._channels: set[str] = set()
        self._wanted = asyncio.Event()
        self._pubsub: PubSub | None = None

    async def connect(self) -> None:
        """Nothing yet: a server that is away keeps nobody from starting."""

    async def disconnect(self) -> None:
        await self._drop()
        with suppress(RedisError, OSError):
            await self._client.aclose()

    async def subscribe(self, channel: str) -> None:
        self._channels.add(channel)
        await self._drop()
        self._wanted.set()

    async def unsubscribe(self, channel: str) -> None:
        self._channels.discard(channel)
        await self._drop()
        if not self._channels:
            self._wanted.clear()

    async def publish(self, channel: str, message: Any) -> None:
        await self._client.publish(channel, message)

    async def next_published(self) -> Event:
        while True:
            await self._wanted.wait()
            try:
                event = await self._heard()
            except (RedisError, OSError) as error:
                log.warning("the wake-up broker is away: %s", type(error).__name__)
                await self._drop()
                await asyncio.sleep(PAUSE)
                continue
            if event:
                return event

    async def _heard(self) -> Event | None:
        if self._pubsub is None:
            self._pubsub = self._client.pubsub()
            await self._pubsub.subscribe(*self._channels)
            return Event(channel=next(iter(self._channels)), message=MISSED)
        told = await self._pubsub.get_message(ignore_subscribe_messages=True, timeout=SILENCE)
        if told is None:
            return None
        return Event(channel=told["channel"].decode(), message=told["data"].decode())

    async def _drop(self) -> None:
        pubsub, self._pubsub = self._pubsub, None
        if pubsub:
            with suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]
