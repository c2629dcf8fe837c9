"""What a process asks the database when nothing happens (docs/decisions/0016-wake-ups.md)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest
from tortoise.expressions import Q

from models.clock import now
from models.database import dialect
from models.enums import Channel
from models.message import Message
from models.queue import next_due, take
from resolvers.sweeping import sweep
from server.engine import Engine, _settled
from subscriptions.hub import Audience
from tests.conftest import Served

EVERYTHING = Audience(Q(), lambda _: True)
MINUTE = 60.0
HUB = {"sqlite": 30, "postgres": 12}  # looks a minute
REST = 16  # statements a minute of all others
QUIET = 3.0  # seconds

Statements = Callable[[], int]


@pytest.fixture
def statements(caplog: pytest.LogCaptureFixture) -> Statements:
    """How many there were, as Tortoise logs them; it leaves out BEGIN and COMMIT."""
    caplog.set_level(logging.DEBUG, "tortoise.db_client")
    return lambda: sum(record.name == "tortoise.db_client" for record in caplog.records)


@asynccontextmanager
async def _followed(engine: Engine) -> AsyncIterator[None]:
    """With a follower, and settled: who was woken has looked, and wake-ups are heard."""
    async with aclosing(engine.hub.follow(EVERYTHING, None)) as events:
        following = asyncio.ensure_future(anext(events))
        async with asyncio.timeout(10):
            while engine.hub.followers == 0 or engine.wakeups.are_sure is not _hears():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        engine.wakeups._woken()
        await asyncio.sleep(0.5)
        yield
        following.cancel()
        await asyncio.wait([following])


def _hears() -> bool:
    """Whether another process is heard: a SQLite's broker is its memory."""
    return dialect() == "postgres"


def _rounds(engine: Engine) -> list[Callable[[], Awaitable[float]]]:
    couriers = [engine.courier._rounds[channel]._work for channel in Channel]
    return [*couriers, engine.issuing._round, sweep, lambda: _settled(engine)]


async def _a_minute(statements: Statements, work: Callable[[], Awaitable[float]]) -> float:
    before = statements()
    pause = await work()
    return (statements() - before) * MINUTE / pause


async def test_an_idle_process_asks_no_more_a_minute_than_is_written_down(
    served: Served, statements: Statements
) -> None:
    async with _followed(served.engine):
        hub = await _a_minute(statements, served.engine.hub._round)
        rest = [await _a_minute(statements, work) for work in _rounds(served.engine)]
        assert 0 < hub <= HUB[dialect()]
        assert 0 < sum(rest) <= REST, rest


async def test_without_a_follower_the_hub_asks_nothing(
    served: Served, statements: Statements
) -> None:
    assert await _a_minute(statements, served.engine.hub._round) == 0


async def test_nobody_asks_between_the_looks_of_the_timers(
    served: Served, statements: Statements
) -> None:
    async with _followed(served.engine):
        before = statements()
        await asyncio.sleep(QUIET)
        looks = QUIET * HUB[dialect()] / MINUTE + 1
        assert statements() - before <= looks + 1  # the audit trail's may fall into it


async def test_an_idle_worker_sleeps_until_the_first_row_is_free(database: None) -> None:
    assert await next_due(Message) is None
    for minutes in (9, 5, 7):
        due = now() + timedelta(minutes=minutes)
        await Message.create(
            key=f"{minutes}", channel=Channel.MAIL, recipient="a", body="b", due_at=due
        )
    first = await Message.get(key="5")
    assert await next_due(Message) == first.due_at
    await Message.filter(key="9").update(due_at=now() - timedelta(minutes=1))
    (leased,) = await take(Message, 1, timedelta(minutes=6))
    assert leased.key == "9"
    assert await next_due(Message) == first.due_at
    await Message.filter(key="5").update(status="DONE")
    assert await next_due(Message) == leased.leased_until
