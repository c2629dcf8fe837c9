"""Everything that runs in one process, started and stopped in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from hardware.authority import Authority
from hardware.worker import HardwareWorker
from models.database import connect
from resolvers.issuing import IssuingWorker, Workshop
from resolvers.office import Office
from resolvers.shelter import Shelter
from resolvers.sweeping import sweep
from server.audit_head import keep_head
from server.authority import authority_of, module_of
from server.keyring import ring_of
from server.keys import Keys, keys_of, trail_of
from server.office import courier_of, office_of
from server.rates import Rates, counting
from server.settings import Settings
from subscriptions.courier import Courier
from subscriptions.desk import LiveDesk
from subscriptions.figures import LiveFigures
from subscriptions.hub import Hub
from subscriptions.rounds import Rounds
from subscriptions.wakeups import WakeUps

log = logging.getLogger(__name__)

BEHIND = 0.03  # seconds by which mail and SMS are taken up after what is live
PATIENCE = 5.0  # seconds for an act, a message or a card under way at shutdown
FOREVER = 5  # loops that never end by themselves: wake-ups, hub, desk, sweeper, trail


@dataclass(frozen=True)
class Engine:
    """The parts that requests use. `listeners`: called when something was committed anywhere."""

    settings: Settings
    office: Office
    hub: Hub
    desk: LiveDesk
    shelter: Shelter
    authority: Authority
    courier: Courier
    issuing: IssuingWorker
    wakeups: WakeUps
    rates: Rates
    listeners: list[Callable[[], None]]
    figures: LiveFigures = field(default_factory=LiveFigures)


@asynccontextmanager
async def running(settings: Settings, *, workers: bool = True) -> AsyncIterator[Engine]:
    """The engine with its database open and its tasks running.

    `workers`: whether mail, SMS and cards are made in this process too.
    """
    keys = keys_of(settings)
    hardware = HardwareWorker(module_of(settings))
    context = await connect(settings.database, ring_of(settings, keys))
    try:
        async with httpx.AsyncClient() as client, counting(settings) as rates:
            authority = await authority_of(settings, hardware, keys)
            engine = _assembled(settings, keys, client, hardware, authority, rates)
            tasks = [_watched(loop) for loop in _loops(engine, workers=workers)]
            try:
                yield engine
            finally:
                await engine.shelter.drain(PATIENCE)
                engine.courier.end()
                engine.issuing.end()
                await _end(tasks)
                await engine.office.trail.settle(every=True)
                await keep_head(settings.data_dir)
    finally:
        await hardware.close()
        await context.close_connections()


def _assembled(
    settings: Settings,
    keys: Keys,
    client: httpx.AsyncClient,
    hardware: HardwareWorker,
    authority: Authority,
    rates: Rates,
) -> Engine:
    courier = courier_of(settings, client)
    workshop = Workshop(
        hardware=hardware,
        issuing_pin=keys.authority_pins().issuing.user,
        pins_of=keys.card_pins,
        issuer_pem=authority.issuing_pem,
        base_url=settings.url,
    )
    listeners: list[Callable[[], None]] = [lambda: _soon(courier.wake)]
    wakeups = WakeUps(settings.broadcast, lambda: _call(listeners))
    hub = Hub(keeps=_replayed(settings), sure=lambda: wakeups.are_sure)
    desk = LiveDesk(hub)
    listeners += [hub.wake, desk.wake]
    trail = trail_of(keys)
    issuing = IssuingWorker(workshop, wakeups.announce, trail)
    listeners.append(issuing.wake)
    office = office_of(settings, keys, client, authority, wakeups.announce, trail)
    return Engine(
        settings,
        office,
        hub,
        desk,
        Shelter(),
        authority,
        courier,
        issuing,
        wakeups,
        rates,
        listeners,
    )


def _replayed(settings: Settings) -> timedelta | None:
    return timedelta(days=settings.replay_days) if settings.replay_days else None


def _soon(listener: Callable[[], None]) -> None:
    """Who watches is told first: a mail may wait for as long as that takes."""
    asyncio.get_running_loop().call_later(BEHIND, listener)


def _call(listeners: Sequence[Callable[[], None]]) -> None:
    for listener in listeners:
        listener()


def _loops(engine: Engine, *, workers: bool) -> Iterator[Coroutine[None, None, None]]:
    yield engine.wakeups.run()
    yield engine.hub.run()
    yield engine.desk.run()
    yield Rounds(sweep, "the sweeper").run()
    yield Rounds(lambda: _settled(engine), "the audit trail").run()
    if workers:
        yield engine.courier.run()
        yield engine.issuing.run()


async def _settled(engine: Engine) -> float:
    """What the trail has counted is written, and how far it goes is told to the data folder."""
    pause = await engine.office.trail.settle()
    await keep_head(engine.settings.data_dir)
    return pause


def _watched(loop: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """A loop that should never end; if it does, the log says so."""
    task = asyncio.create_task(loop)
    task.add_done_callback(_tell_end)
    return task


def _tell_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception():
        log.critical("a loop of the engine has ended", exc_info=task.exception())


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Workers may finish what they have begun, for a while; the others have nothing to finish."""
    workers = tasks[FOREVER:]
    if workers:
        await asyncio.wait(workers, timeout=PATIENCE)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
