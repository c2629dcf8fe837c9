"""Wake-ups between processes: a broker's trouble costs latency, and never an event."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from broadcaster import Broadcast
from tortoise.expressions import Q

from models.application import Application
from subscriptions.broker import MISSED, Patience
from subscriptions.hub import Audience, Hub
from subscriptions.postgres import NAME, PostgresBackend, address
from subscriptions.valkey import ValkeyBackend
from subscriptions.wakeups import CHANNEL, WakeUps
from tests.engines import Broker, Postgres
from tests.events import an_application, append_to
from tests.wire import Connecting, Wire

EVERYTHING = Audience(Q(), lambda _: True)
QUICK = Patience(answer=1.0, silence=0.5, pause=0.1)
BROKERS = ("valkey", "postgres")


@dataclass(frozen=True)
class Frail:
    """A broker that only these tests use, and may break."""

    server: Broker | Postgres
    url: str
    by_wire: str
    connecting: Connecting


@pytest.fixture(scope="module")
def frail_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frail]:
    server = Broker(tmp_path_factory.mktemp("frail-valkey"))
    connecting = partial(asyncio.open_connection, "127.0.0.1", server.port)
    yield Frail(server, server.url, "redis://127.0.0.1:{}", connecting)
    server.stop()


@pytest.fixture(scope="module")
def frail_postgres() -> Iterator[Frail]:
    """Not in pytest's folder, which the next run on the machine locks: this one starts again."""
    with TemporaryDirectory() as folder:
        server = Postgres(Path(folder))
        connecting = partial(asyncio.open_unix_connection, server.socket)
        by_wire = "postgres://postgres@127.0.0.1:{}/postgres"
        yield Frail(server, server.url("postgres"), by_wire, connecting)
        server.stop()


@pytest.fixture(params=BROKERS)
def frail(request: pytest.FixtureRequest) -> Frail:
    found: Frail = request.getfixturevalue(f"frail_{request.param}")
    return found


class Process:
    """What a server process has of this: its wake-ups, its hub, and how often it was woken."""

    def __init__(self, url: str, look_every: float) -> None:
        self.woken = 0
        self.bell = asyncio.Event()
        self.wakeups = WakeUps(url, self._wake, QUICK)
        self.hub = Hub(look_every, sure=lambda: self.wakeups.are_sure)

    def _wake(self) -> None:
        self.woken += 1
        self.bell.set()
        self.hub.wake()

    async def until(self, is_so: Callable[[], bool], seconds: float = 10) -> None:
        """Looks whenever it is woken: also a change of how sure the wake-ups are does that."""
        async with asyncio.timeout(seconds):
            while not is_so():
                self.bell.clear()
                await self.bell.wait()

    async def until_sure(self) -> None:
        await self.until(lambda: self.wakeups.are_sure)

    async def until_unsure(self) -> None:
        await self.until(lambda: not self.wakeups.are_sure)

    async def commit(self, application: Application, times: int = 1) -> list[int]:
        positions = []
        for _ in range(times):
            positions.append(await append_to(application))
            await self.wakeups.announce()
        return positions


@asynccontextmanager
async def two(url: str, look_every: float = 0.5) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes with one log, as far as that goes in one."""
    here, there = Process(url, look_every), Process(url, look_every)
    loops = [loop for each in (here, there) for loop in (each.wakeups.run(), each.hub.run())]
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield here, there
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)


@dataclass
class Follower:
    """Who follows at one process, and what it was told."""

    positions: list[int]
    told: asyncio.Event

    async def has(self, positions: list[int], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while self.positions != positions:
                self.told.clear()
                await self.told.wait()


@asynccontextmanager
async def following(process: Process) -> AsyncIterator[Follower]:
    follower = Follower([], asyncio.Event())

    async def follow() -> None:
        async with aclosing(process.hub.follow(EVERYTHING, 0)) as events:
            async for event in events:
                follower.positions.append(event.id)
                follower.told.set()

    task = asyncio.create_task(follow())
    try:
        yield follower
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def both_sure(here: Process, there: Process) -> None:
    await here.until_sure()
    await there.until_sure()


async def test_an_event_of_another_process_is_told_at_its_wake_up(
    database: None, frail: Frail
) -> None:
    application = await an_application()
    async with two(frail.url) as (here, there), following(there) as follower:
        await both_sure(here, there)
        positions = await here.commit(application)
        await follower.has(positions)
        for _ in range(3):
            positions += await here.commit(application)
            await follower.has(positions, 1)  # the next look is seconds away


@asynccontextmanager
async def trouble(
    begin: Callable[[], object], end: Callable[[], object]
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """With the way to end it early; what a test has broken is whole again for the next."""
    await asyncio.to_thread(begin)
    over = False

    async def ended() -> None:
        nonlocal over
        over = True
        await asyncio.to_thread(end)

    try:
        yield ended
    finally:
        if not over:
            await ended()


async def _costs_no_event(url: str, begin: Callable[[], object], end: Callable[[], object]) -> None:
    application = await an_application()
    async with two(url) as (here, there), following(there) as follower:
        await both_sure(here, there)
        positions = await here.commit(application, 3)
        await follower.has(positions)
        async with trouble(begin, end) as ended:
            positions += await here.commit(application, 3)
            await follower.has(positions)
            await there.until_unsure()
            positions += await here.commit(application, 3)
            await follower.has(positions)
            await ended()
            await both_sure(here, there)
        positions += await here.commit(application, 3)
        await follower.has(positions, 2)
        assert follower.positions == sorted(set(follower.positions))


async def test_a_broker_that_is_killed_costs_no_event(database: None, frail: Frail) -> None:
    await _costs_no_event(frail.url, frail.server.kill, frail.server.start)


async def test_a_broker_that_is_stalled_costs_no_event(database: None, frail: Frail) -> None:
    await _costs_no_event(frail.url, frail.server.stall, frail.server.resume)


async def test_a_broker_that_is_cut_off_costs_no_event(database: None, frail: Frail) -> None:
    async with Wire(frail.connecting).laid() as wire:
        loop = asyncio.get_running_loop()
        cut = partial(loop.call_soon_threadsafe, wire.cut)
        mend = partial(loop.call_soon_threadsafe, wire.mend)
        await _costs_no_event(frail.by_wire.format(wire.port), cut, mend)


async def test_a_broker_that_is_away_keeps_nobody_waiting() -> None:
    for url in ("redis://127.0.0.1:1", "postgres://nobody@127.0.0.1:1/nothing"):
        async with two(url) as (here, there):
            await asyncio.wait_for(here.wakeups.announce(), 1)
            assert here.woken == 1
            assert not there.wakeups.are_sure


async def test_what_a_process_announces_wakes_it_once(frail: Frail) -> None:
    async with two(frail.url) as (here, there):
        await both_sure(here, there)
        here_before, there_before = here.woken, there.woken
        await here.wakeups.announce()
        await there.until(lambda: there.woken > there_before)
        await there.wakeups.announce()
        await here.until(lambda: here.woken > here_before + 1)
        assert here.woken == here_before + 2


async def test_a_connection_that_an_administrator_ends_is_opened_again(
    frail_postgres: Frail,
) -> None:
    async with two(frail_postgres.url) as (here, there):
        await both_sure(here, there)
        before = there.woken
        connection = await asyncpg.connect(**address(frail_postgres.url))
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = $1 AND pid <> pg_backend_pid()",
            NAME,
        )
        await connection.close()
        await there.until(lambda: there.woken >= before + 2)  # it is lost, and it is back
        await both_sure(here, there)


@pytest.fixture
async def broadcast(frail: Frail) -> AsyncIterator[Broadcast]:
    kind = PostgresBackend if isinstance(frail.server, Postgres) else ValkeyBackend
    async with Broadcast(backend=kind(frail.url, CHANNEL, QUICK)) as broadcast:
        yield broadcast


async def test_subscribers_that_come_first_at_once_all_hear(broadcast: Broadcast) -> None:
    async def hear() -> None:
        async with broadcast.subscribe(CHANNEL) as messages:
            while (await messages.get()).message != "all":
                pass

    hearing = [asyncio.create_task(hear()) for _ in range(3)]
    async with asyncio.timeout(10):
        while not all(task.done() for task in hearing):
            await broadcast.publish(CHANNEL, "all")
            await asyncio.sleep(0.05)
    await asyncio.gather(*hearing)


async def test_messages_published_at_once_all_arrive(broadcast: Broadcast) -> None:
    told = {str(number) for number in range(20)}
    async with asyncio.timeout(10), broadcast.subscribe(CHANNEL) as messages:
        assert (await messages.get()).message == MISSED  # the line is open
        await asyncio.gather(*(broadcast.publish(CHANNEL, message) for message in told))
        assert {(await messages.get()).message for _ in told} == told


async def test_a_notice_that_postgresql_would_refuse_is_not_sent(frail_postgres: Frail) -> None:
    backend = PostgresBackend(frail_postgres.url, CHANNEL, QUICK)
    with pytest.raises(ValueError, match="7999"):
        await backend.publish(CHANNEL, "长" * 3000)


PLACES = {
    "postgres://u:p@db:6000/x": "postgres://u:p@db:6000/x",
    "postgresql://u:p@db/x?sslmode=verify-full&sslrootcert=/ca.pem": (
        "postgresql://u:p@db/x?sslmode=verify-full&sslrootcert=%2Fca.pem"
    ),
    "postgres://u:p@localhost/x?host=/run/pg": "postgres://u:p@/x?host=%2Frun%2Fpg",
    "postgres://u:p@db/x?maxsize=20&ssl=true": "postgres://u:p@db/x",
    "postgres://u:p[1]@db/x": "postgres://u:p%5B1%5D@db/x",
}


@pytest.mark.parametrize("url", PLACES)
def test_the_url_of_a_database_is_one_of_its_wake_ups(url: str) -> None:
    told = address(url)
    assert told["dsn"] == PLACES[url]
    assert told["ssl"] is (True if "ssl=true" in url else None)
