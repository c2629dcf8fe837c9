"""The hub and the log: positions in order although transactions are not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tortoise.expressions import Q

from models.actor import Actor
from models.application import Application
from models.database import connect, dialect, transaction
from models.enterprise import Enterprise
from models.enums import ApplicationEventType, ApplicationKind, IdType, Role, SignInMethod
from models.log import append, read
from server.keyring import ring_of
from server.keys import keys_of
from server.settings import Settings
from subscriptions.hub import Audience, Hub
from subscriptions.wakeups import WakeUps
from tests.engines import Broker
from tests.identities import unit

EVERYTHING = Audience(Q(), lambda _: True)
ACTOR = Actor(0, 0, "tester", "测试", Role.ENTERPRISE_ADMIN, SignInMethod.PASSWORD)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[None]:
    context = await connect(settings.database, ring_of(settings, keys_of(settings)))
    yield
    await context.close_connections()


async def _application() -> Application:
    form = unit()
    enterprise = await Enterprise.create(
        uscc=form["unifiedSocialCreditCode"],
        organization_code=form["organizationCode"],
        name=form["name"],
        legal_name="张三",
        legal_id_type=IdType.RESIDENT_ID,
        legal_id_number=form["idNumber"],
        legal_id_valid_from="20200101",
        legal_id_valid_to="20400101",
        legal_country="CHN",
    )
    return await Application.create(kind=ApplicationKind.NEW_CARDS, enterprise=enterprise)


async def _append(application: Application) -> int:
    async with transaction():
        return (await append(application, ApplicationEventType.STARTED, ACTOR)).id


async def test_a_reader_never_passes_an_event_that_is_still_to_be_committed(
    database: None,
) -> None:
    """A transaction that holds its event open holds up every later append, not the readers."""
    if dialect() == "sqlite":
        return  # it has one writer
    application = await _application()
    may_commit, appended = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        async with transaction():
            event = await append(application, ApplicationEventType.STARTED, ACTOR)
            appended.set()
            await may_commit.wait()
            return event.id

    first = asyncio.create_task(slow())
    await appended.wait()
    second = asyncio.create_task(_append(application))
    await asyncio.sleep(0.2)
    assert await read(0, 10, Q()) == []
    may_commit.set()
    ids = [await first, await second]
    assert ids == sorted(ids)
    assert [event.id for event in await read(0, 10, Q())] == ids


async def test_many_writers_and_a_follower_agree(database: None) -> None:
    application, hub = await _application(), Hub(look_every=0.05)
    running = asyncio.create_task(hub.run())

    async def followed() -> list[int]:
        async with aclosing(hub.follow(EVERYTHING, 0)) as events:
            return [(await anext(events)).id for _ in range(40)]

    follower = asyncio.create_task(followed())
    ids = await asyncio.gather(*(_append(application) for _ in range(40)))
    assert await asyncio.wait_for(follower, 20) == sorted(ids)
    running.cancel()


class Woken:
    """A process's wake-ups, and whether it was woken."""

    def __init__(self, url: str) -> None:
        self.bell = asyncio.Event()
        self.wakeups = WakeUps(url, self.bell.set)

    async def again(self, announce: Callable[[], Awaitable[None]]) -> None:
        """Announce until it is woken."""
        self.bell.clear()
        async with asyncio.timeout(10):
            while not self.bell.is_set():
                await announce()
                await asyncio.sleep(0.05)


@asynccontextmanager
async def _two(url: str) -> AsyncIterator[tuple[Woken, Woken]]:
    here, there = Woken(url), Woken(url)
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(each.wakeups.run()) for each in (here, there)
    ]
    yield here, there
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)


async def test_a_wake_up_reaches_the_other_process(broker: Broker) -> None:
    async with _two(broker.url) as (here, there):
        await there.again(here.wakeups.announce)


async def test_a_broker_that_is_away_keeps_nobody_waiting() -> None:
    async with _two("redis://127.0.0.1:1") as (here, _):
        await asyncio.wait_for(here.wakeups.announce(), 1)
        assert here.bell.is_set()


async def test_a_broker_that_was_killed_is_heard_again_when_it_is_back(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    async with _two(broker.url) as (here, there):
        await there.again(here.wakeups.announce)
        broker.kill()
        await here.wakeups.announce()
        broker.start()
        await there.again(here.wakeups.announce)
    broker.stop()
