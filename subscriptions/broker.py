"""What the backends of broadcaster for real brokers have in common: a line that is opened again.

broadcaster's own end without a word when their connection does, and two first subscribers at once
overwrite each other while it waits for the backend. These never wait in `subscribe`; their line is
opened when there is something to hear, tested when it is silent, and opened again for as long as it
takes. What was published meanwhile was missed, and that is announced.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from broadcaster import Event
from broadcaster._backends.base import BroadcastBackend

log = logging.getLogger(__name__)

MISSED = "missed"


@dataclass(frozen=True)
class Patience:
    """How long a broker is waited for, in seconds."""

    answer: float = 5.0
    silence: float = 10.0  # after which a line is tested
    pause: float = 1.0  # before a broker that failed is tried again


class Line(Protocol):
    """An open connection that listens. What it raises is among its backend's failures."""

    async def heard(self, seconds: float) -> str | None:
        """The next message, or None after so many seconds of silence."""

    async def test(self) -> str | None:
        """Raise unless the broker answers. What it told instead of an answer is a message."""

    async def close(self) -> None:
        """Never raises, and waits for nobody for long."""


AnyLine = TypeVar("AnyLine", bound=Line)


class BrokerBackend(BroadcastBackend, ABC, Generic[AnyLine]):
    """Listens on one channel, by one line.

    :param failures: what its library raises when a broker is away
    """

    def __init__(
        self, channel: str, patience: Patience, failures: tuple[type[Exception], ...]
    ) -> None:
        self._channel, self._patience, self._failures = channel, patience, failures
        self._wanted = asyncio.Event()
        self._line: AnyLine | None = None
        self._up = asyncio.Event()

    @property
    def is_up(self) -> bool:
        """Whether the line is open; it answered not longer ago than the patience for silence and
        an answer.
        """
        return self._line is not None

    @abstractmethod
    async def _open(self) -> AnyLine:
        """A line that listens already."""

    async def _opened(self) -> AnyLine:
        """The line, as soon as there is one."""
        while self._line is None:
            await self._up.wait()
        return self._line

    async def connect(self) -> None:
        """Nothing yet: a broker that is away keeps nobody from starting."""

    async def disconnect(self) -> None:
        await self._drop()

    async def subscribe(self, channel: str) -> None:
        if channel != self._channel:
            raise ValueError(f"the one channel is {self._channel}")
        self._wanted.set()

    async def unsubscribe(self, _channel: str) -> None:
        self._wanted.clear()

    async def next_published(self) -> Event:
        """What was published, or MISSED: the line was lost, or is new."""
        while True:
            await self._wanted.wait()
            try:
                told = await self._told()
            except self._failures as error:
                log.warning("the wake-up broker is away: %s", type(error).__name__)
                told = await self._lost()
            if told is not None:
                return Event(channel=self._channel, message=told)

    async def _told(self) -> str | None:
        if self._line is None:
            self._line = await self._open()
            self._up.set()
            return MISSED
        told = await self._line.heard(self._patience.silence)
        return await self._line.test() if told is None else told

    async def _lost(self) -> str | None:
        """A line that was open is told at once and opened at once; one that was not, later."""
        if self._line is not None:
            await self._drop()
            return MISSED
        await asyncio.sleep(self._patience.pause)
        return None

    async def _drop(self) -> None:
        line, self._line = self._line, None
        self._up.clear()
        if line:
            await line.close()
