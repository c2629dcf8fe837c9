"""The hub: reads the log once a process and hands each event to the mailboxes it is for.

Scan, then live: a follower opens its mailbox first, reads the log from its cursor, and goes on from
the mailbox; what came both ways is told once. A mailbox is bounded: when it overflows it is emptied
and its follower scans the log again from where it was, so that a slow client costs bounded memory
and loses nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q

from models.clock import now
from models.event import Event
from models.log import head, last_before, read
from models.refusals import Refusal, Refused, refuse
from subscriptions.rounds import Rounds

LOOK_EVERY = 2.0  # seconds: how late an event is when its wake-up was lost
LOOK_RARELY = 5.0  # seconds: the same, while wake-ups are heard and only their sender can fail
MAILBOX = 256  # events
BATCH = 200  # events read at once
LOOK_BACK_EVERY = timedelta(minutes=1)
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Audience:
    """Which events one sees: as a query of the log, and as a test of one event."""

    query: Q
    sees: Callable[[Event], bool]


class Mailbox:
    """The events that wait for one follower."""

    def __init__(self, audience: Audience, size: int = MAILBOX) -> None:
        self._audience, self._size = audience, size
        self._events: deque[Event] = deque()
        self._bell = asyncio.Event()
        self._overflowed = False

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: Event) -> None:
        if self._overflowed or not self._audience.sees(event):
            return
        if len(self._events) >= self._size:
            self._events.clear()
            self._overflowed = True
        else:
            self._events.append(event)
        self._bell.set()

    async def until_overflow(self) -> AsyncIterator[Event]:
        """The events as they come; ends when some had to be dropped."""
        while not self._overflowed:
            if not self._events:
                self._bell.clear()
                await self._bell.wait()
                continue
            yield self._events.popleft()
        self._overflowed = False


class Hub:
    """One reader of the log for all followers of this process.

    :param keeps: for how long what has happened is told again; None is for good
    :param sure: whether the wake-ups of other processes are heard now; `wake` it when that changes
    """

    def __init__(
        self,
        look_every: float = LOOK_EVERY,
        mailbox: int = MAILBOX,
        keeps: timedelta | None = None,
        *,
        sure: Callable[[], bool] = lambda: False,
    ) -> None:
        self._look_every, self._mailbox, self._keeps = look_every, mailbox, keeps
        self._sure = sure
        self._looked, self._first = EPOCH, 0
        self._mailboxes: set[Mailbox] = set()
        self._rounds = Rounds(self._round, "the hub")
        self._position: int | None = None

    def wake(self) -> None:
        self._rounds.wake()

    @property
    def followers(self) -> int:
        return len(self._mailboxes)

    @property
    def depth(self) -> int:
        """Of the fullest mailbox, in events."""
        return max((len(mailbox) for mailbox in self._mailboxes), default=0)

    async def behind(self) -> tuple[int, float]:
        """How far the hub is behind the log: in positions, and in seconds of the oldest event that
        it has not handed out.
        """
        if self._position is None or not (waiting := await read(self._position, 1, Q())):
            return 0, 0.0
        oldest = waiting[0].occurred_at
        return await head() - self._position, max(0.0, (now() - oldest).total_seconds())

    async def run(self) -> None:
        """Hand out events until cancelled. A database that is away is asked again."""
        await self._rounds.run()

    async def _round(self) -> float:
        await self._hand_out()
        return LOOK_RARELY if self._sure() else self._look_every

    async def _hand_out(self) -> None:
        if not self._mailboxes:
            self._position = None
            return
        if self._position is None:
            return
        while events := await read(self._position, BATCH, Q()):
            for event in events:
                for mailbox in self._mailboxes:
                    mailbox.put(event)
            self._position = events[-1].id

    @contextmanager
    def _listen(self, audience: Audience) -> Iterator[Mailbox]:
        mailbox = Mailbox(audience, self._mailbox)
        self._mailboxes.add(mailbox)
        try:
            yield mailbox
        finally:
            self._mailboxes.discard(mailbox)

    async def follow(self, audience: Audience, after: int | None) -> AsyncGenerator[Event, None]:
        """Every event for `audience` behind position `after`, or from now on when it is None.

        Nothing is lost and nothing told twice. Never ends by itself. Raises Refused as `place_of`.
        """
        with self._listen(audience) as mailbox:
            newest, position = await self.place_of(after)
            if self._position is None:
                self._position = newest
            while True:
                async for event in scan(audience, position):
                    position = event.id
                    yield event
                async for event in mailbox.until_overflow():
                    if event.id > position:
                        position = event.id
                        yield event

    async def place_of(self, after: int | None) -> tuple[int, int]:
        """The log's head now, and the position behind which one who asks for `after` is told.

        Raises Refused: CURSOR_INVALID for a position that the log has not reached, it is another
        log's; LAGGED for one that is older than what is replayed, with the oldest that is.
        """
        newest = await head()
        if after is None:
            return newest, newest
        if after > newest:
            raise refuse("CURSOR_INVALID", "after")
        oldest = await self._oldest()
        if after < oldest:
            raise Refused(lagged(oldest))
        return newest, after

    async def _oldest(self) -> int:
        """Of the positions that may be resumed from; looked up once a minute."""
        if self._keeps is None:
            return 0
        moment = now()
        if moment - self._looked >= LOOK_BACK_EVERY:
            self._looked, self._first = moment, await last_before(moment - self._keeps)
        return self._first


def lagged(position: int) -> Refusal:
    """Too far behind to be told everything; `cursor` is where to resume from."""
    return Refusal("LAGGED", facts={"cursor": f"p{position}"})


async def scan(audience: Audience, after: int) -> AsyncIterator[Event]:
    """What is in the log already, in batches."""
    position = after
    while events := await read(position, BATCH, audience.query):
        for event in events:
            yield event
        position = events[-1].id
