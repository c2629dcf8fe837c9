"""Live operations that are the same for many: each event is put into words once for all of them.

A group follows the log for one audience. Its members are told what it tells, the moment it is told,
and hold nothing: no task, no queue. Who cannot take an event at once, or comes with a cursor, reads
on from the log by itself until it has caught up; nothing is lost or told twice on the way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from contextlib import aclosing
from typing import Generic, Protocol, TypeVar

from models.event import Event
from models.log import read
from models.refusals import Refusal
from subscriptions.figures import LiveFigures
from subscriptions.hub import BATCH, Audience, Hub, lagged

log = logging.getLogger(__name__)

T = TypeVar("T")
Told_contra = TypeVar("Told_contra", contravariant=True)
KEPT = 200  # events whose words are kept for those who catch up together
FRESH = 1.0  # seconds for which they are
MOST_BEHIND = 1000  # positions by which a member may fall behind before it is told to resume
IN_A_ROW = 4000  # members told, some 10 ms, before others get a turn
PAUSE = 1.0  # seconds before a database that failed is asked again
TRIES = 30  # in a row, before the members are told to resume


class Reader(Protocol[Told_contra]):
    """Who is told. `Told_contra`: the words for an event."""

    def take(self, words: Told_contra) -> bool:
        """Tell; False when that must wait, and nothing was told."""

    async def ready(self) -> None:
        """Return when `take` is worth trying again."""

    def end(self, refusal: Refusal) -> None:
        """Say why no more will come. The member has left."""


Words = Callable[[Event], Awaitable[T | None]]
"""Puts an event into words; None when there is nothing to tell. May fail and is asked again."""


class Member(Generic[T]):
    """One who is told everything behind `position`, until it leaves."""

    __slots__ = ("_group", "_task", "is_gone", "position", "reader")

    def __init__(self, group: "Group[T]", reader: Reader[T], position: int) -> None:
        self._group, self.reader, self.position = group, reader, position
        self._task: asyncio.Task[None] | None = None
        self.is_gone = False

    def catches_up(self, *, most: int | None = None) -> None:
        """Read on from the log; `most`: positions behind which it is too late for that."""
        self._task = asyncio.create_task(self._group.bring_up(self, most))
        self._task.add_done_callback(self._caught_up)

    def _caught_up(self, task: asyncio.Task[None]) -> None:
        if self._task is task:
            self._task = None

    def leave(self) -> None:
        """Be told nothing more."""
        if self.is_gone:
            return
        self.is_gone = True
        if self._task:
            self._task.cancel()
        self._group.forget(self)


class Group(Generic[T]):
    """All who watch the same."""

    def __init__(
        self,
        hub: Hub,
        figures: LiveFigures,
        audience: Audience,
        words: Words[T],
        emptied: Callable[[], None],
    ) -> None:
        self._hub, self._audience, self._words = hub, audience, words
        self._figures, self._emptied = figures, emptied
        self._told: set[Member[T]] = set()  # up to date: told as it happens
        self._all: set[Member[T]] = set()
        self._kept: dict[int, tuple[float, asyncio.Task[T | None]]] = {}
        self._task: asyncio.Task[None] | None = None
        self.position = 0  # of the newest event that was told

    @property
    def behind(self) -> int:
        """How many members read on from the log by themselves."""
        return len(self._all) - len(self._told)

    async def join(self, reader: Reader[T], after: int | None) -> Member[T]:
        """Be told what comes behind position `after`, or from now on.

        Raises Refused: CURSOR_INVALID, LAGGED.
        """
        member = Member(self, reader, 0)
        self._all.add(member)
        try:
            newest, member.position = await self._hub.place_of(after)
        except BaseException:
            self.forget(member)
            raise
        self._start(newest)
        if member.position >= self.position:
            self._told.add(member)
        else:
            member.catches_up()
        return member

    def forget(self, member: Member[T]) -> None:
        self._told.discard(member)
        self._all.discard(member)
        if not self._all:
            if self._task:
                self._task.cancel()
            self._emptied()

    def _start(self, position: int) -> None:
        if self._task is None:
            self.position = position
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        """Tell what happens. A database that is away is asked again, for a while."""
        failures = 0
        while failures < TRIES:
            before = self.position
            try:
                await self._follow()
            except Exception:
                log.exception("a live operation cannot be told")
                failures = 1 if self.position > before else failures + 1
                await asyncio.sleep(PAUSE)
        for member in tuple(self._all):
            member.leave()
            member.reader.end(Refusal("SYSTEM_BUSY"))

    async def _follow(self) -> None:
        async with aclosing(self._hub.follow(self._audience, self.position)) as events:
            async for event in events:
                words = await self.words_for(event)
                self.position = event.id
                if words is not None:
                    self._figures.tells(event, await self._tell(event.id, words))

    async def _tell(self, position: int, words: T) -> int:
        """Answers how many could take it."""
        told = 0
        for count, member in enumerate(tuple(self._told), 1):
            if member.position >= position or member.is_gone:
                continue
            if member.reader.take(words):
                member.position = position
                told += 1
            else:
                self._told.discard(member)
                member.catches_up(most=MOST_BEHIND)
            if count % IN_A_ROW == 0:
                await asyncio.sleep(0)
        return told

    async def words_for(self, event: Event) -> T | None:
        """The words, found once however many ask at about the same time."""
        moment = asyncio.get_running_loop().time()
        found, task = self._kept.get(event.id, (-FRESH, None))
        if task is None or found < moment - FRESH or (task.done() and task.exception()):
            task = asyncio.create_task(_found(self._words, event))
            self._kept[event.id] = moment, task
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return await asyncio.shield(task)

    async def bring_up(self, member: Member[T], most: int | None) -> None:
        """Tell `member` what is in the log, then let it be told with the others."""
        try:
            while not member.is_gone:
                await member.reader.ready()
                if most is not None and self.position - member.position > most:
                    member.leave()
                    member.reader.end(lagged(member.position))
                    return
                events = await read(member.position, BATCH, self._audience.query)
                for event in events:
                    await self._tell_one(member, event)
                if not events and self.position <= member.position:
                    self._told.add(member)
                    return
        except Exception:
            log.exception("a client cannot be brought up")
            member.leave()
            member.reader.end(Refusal("SYSTEM_BUSY"))

    async def _tell_one(self, member: Member[T], event: Event) -> None:
        words = await self.words_for(event)
        while words is not None and not member.is_gone and not member.reader.take(words):
            await member.reader.ready()
        member.position = event.id


async def _found(words: Words[T], event: Event) -> T | None:
    return await words(event)


class Groups(Generic[T]):
    """The live operations of a process that many share, by what they ask and who may see it."""

    def __init__(self, hub: Hub, figures: LiveFigures) -> None:
        self._hub, self._figures = hub, figures
        self._groups: dict[Hashable, Group[T]] = {}

    def __len__(self) -> int:
        return len(self._groups)

    @property
    def behind(self) -> int:
        """How many members of all groups read on from the log by themselves."""
        return sum(group.behind for group in self._groups.values())

    def of(self, key: Hashable, audience: Audience, words: Words[T]) -> Group[T]:
        """The group of that `key`; a key stands for one audience and one way of telling."""
        found = self._groups.get(key)
        if found is None:
            found = Group(self._hub, self._figures, audience, words, lambda: self._drop(key))
            self._groups[key] = found
        return found

    def _drop(self, key: Hashable) -> None:
        self._groups.pop(key, None)
