"""A backend of broadcaster for Redis and Valkey that outlives its server.

broadcaster's own may begin to listen before it has subscribed, and then hears nothing for good.
"""

from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from subscriptions.broker import BrokerBackend, Patience

FAILURES = (RedisError, OSError)


class ValkeyBackend(BrokerBackend["_ValkeyLine"]):
    """One connection to publish, one to listen.

    The client tries nothing again by itself: it would subscribe again without telling that
    something was missed.
    """

    def __init__(self, url: str, channel: str, patience: Patience) -> None:
        super().__init__(channel, patience, FAILURES)
        self._client = Redis.from_url(
            url,
            socket_connect_timeout=patience.answer,
            socket_timeout=patience.answer,
            retry=Retry(NoBackoff(), 0),
        )

    async def disconnect(self) -> None:
        await super().disconnect()
        with suppress(*FAILURES):
            await self._client.aclose()

    async def publish(self, channel: str, message: Any) -> None:
        await self._client.publish(channel, message)

    async def _open(self) -> "_ValkeyLine":
        line = _ValkeyLine(self._client.pubsub(), self._patience.answer)
        try:
            await line.listen(self._channel)
        except BaseException:
            await line.close()
            raise
        return line


class _ValkeyLine:
    def __init__(self, pubsub: PubSub, patience: float) -> None:
        self._pubsub, self._patience = pubsub, patience

    async def listen(self, channel: str) -> None:
        """Subscribe, and wait until that is so."""
        await self._pubsub.subscribe(channel)
        await self._answer()

    async def heard(self, seconds: float) -> str | None:
        told = await self._pubsub.get_message(timeout=seconds)
        return told["data"].decode() if told and told["type"] == "message" else None

    async def test(self) -> str | None:
        """PING, since a client that only listens does not see that nobody is there any more."""
        await self._pubsub.ping()
        told = await self._answer()
        return told["data"].decode() if told["type"] == "message" else None

    async def _answer(self) -> dict[str, Any]:
        told: dict[str, Any] | None = await self._pubsub.get_message(timeout=self._patience)
        if told is None:
            raise TimeoutError
        return told

    async def close(self) -> None:
        with suppress(*FAILURES):
            await self._pubsub.aclose()  # type: ignore[no-untyped-call]
