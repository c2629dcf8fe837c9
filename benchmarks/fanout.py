"""Telling everybody: officers of one desk, each on a socket of their own; and as many units, each
with an event of its own. Side by side with graphql-ws, Strawberry's own handler, and bare sockets.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from deliveries import BENCH, failed, row
from figures import OURS, Row
from load import Load, LoadError, Member, Round, compiled, loading
from processes import Meter
from stages import FIRST, PEERS, SPARE, WARM, Case, Peer, Stage, ours, theirs
from wire import checked, measured, wire

CASES = (
    Case("500", 500, 100),
    Case("2000", 2_000, 40),
    Case("10000", 10_000, 10),
    Case("2000-units", 2_000, 2_000, each=True),
)
LARGEST, JOINING = "10000", "500"
JOIN = "500 joining, 1 event missed"
UNHEARD = "portcard, nobody listening"
LANES = 4  # of the publisher, where everybody hears something else
BUDGET, UNITS_BUDGET = 15.0, 90.0  # seconds of publishing: to one desk, to units
PATIENCE = 45.0  # seconds of waiting for the last
QUIET = 0.3  # of a core: pings of open sockets may take it
SETTLING = 30.0  # seconds until then, at most


async def run(folder: Path) -> list[Row]:
    return await _measured(folder, CASES)


async def run_shorter(folder: Path) -> list[Row]:
    """As one of all benches: without the largest case."""
    return await _measured(folder, [case for case in CASES if case.name != LARGEST])


async def _measured(folder: Path, cases: Sequence[Case]) -> list[Row]:
    program, rows = compiled(folder), []
    frames: dict[str, bytes] = {}
    for case in cases:
        rows += await _case(_made(folder / case.name), program, case, frames)
    return rows


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _case(folder: Path, program: Path, case: Case, frames: dict[str, bytes]) -> list[Row]:
    """Every subject, one after the other; the peers tell what Portcard told, now or before."""
    try:
        rows, frames[case.operation] = await _ours(folder, program, case)
    except (LoadError, TimeoutError) as error:
        rows = [_gave_up(case, OURS, error)]
    frame = frames.get(case.operation)
    peers = PEERS if frame else ()
    return [*rows, *[await _theirs(folder, program, case, peer, frame or b"") for peer in peers]]


async def _ours(folder: Path, program: Path, case: Case) -> tuple[list[Row], bytes]:
    async with ours(folder, case) as stage:
        mine, told = await _played(program, case, stage, OURS)
        checked(told.answers)
        beside = [await _unheard(case, stage)] if case.each else []
        if case.name == JOINING:
            beside.append(await _joined(program, case, stage, told.frame))
        return [mine, *beside], told.frame


async def _unheard(case: Case, stage: Stage) -> Row:
    """The same acts with nobody connected: what they cost before anybody is told."""
    sample, answers = await measured(stage.server, stage.requests[-SPARE:], LANES)
    checked(answers)
    return sample.row(BENCH, case.name, UNHEARD)


async def _theirs(folder: Path, program: Path, case: Case, peer: Peer, frame: bytes) -> Row:
    try:
        async with theirs(folder, case, peer, frame) as stage:
            return (await _played(program, case, stage, peer.name))[0]
    except (LoadError, TimeoutError) as error:
        return _gave_up(case, peer.name, error)


def _gave_up(case: Case, subject: str, error: Exception) -> Row:
    why = str(error) or "its sockets were not open in time"
    print(f"! {case.name} {subject}: {why}")
    return failed(case.name, subject, why)


async def _played(program: Path, case: Case, stage: Stage, subject: str) -> tuple[Row, Round]:
    """Warmed up, all connected, told once unless each has but one event; then measured."""
    meter = stage.server.meter
    await _warmed(program, case, stage)
    before = meter.memory_kib()
    async with loading(program, stage.server.port, _members(case, stage)) as everyone:
        await _settled(meter)
        idle = (meter.memory_kib() - before) / case.count
        if not case.each:
            await _published(everyone, case, stage.requests[WARM:FIRST])
        cpu = meter.cpu_seconds()
        told = await _published(everyone, case, stage.requests[FIRST:][: case.events])
        spent, memory = meter.cpu_seconds() - cpu, meter.memory_mib()
    want = case.wanted(told.published)
    return row(case.name, subject, told, want, cpu=spent, memory=memory, idle=idle), told


def _members(case: Case, stage: Stage) -> Sequence[Member]:
    return stage.members[FIRST:][: case.count]


async def _published(everyone: Load, case: Case, requests: Sequence[bytes]) -> Round:
    if case.each:
        return await everyone.publish(
            requests, each=True, lanes=LANES, seconds=UNITS_BUDGET, patience=PATIENCE
        )
    return await everyone.publish(requests, seconds=BUDGET, patience=PATIENCE)


async def _warmed(program: Path, case: Case, stage: Stage) -> None:
    """A few are told a few events, so that everything is loaded when memory is first asked."""
    async with loading(program, stage.server.port, stage.members[:WARM]) as few:
        await _settled(stage.server.meter)
        await few.publish(stage.requests[:WARM], each=case.each)


async def _joined(program: Path, case: Case, stage: Stage, frame: bytes) -> Row:
    """All subscribe at once behind an event that another one follows, and hear that one."""
    meter, port = stage.server.meter, stage.server.port
    async with wire(stage.server) as connection:
        checked([await connection.ask(stage.requests[-1])])
    members = _members(case, stage.behind(frame))
    async with loading(program, port, members, held=True) as everyone:
        cpu = meter.cpu_seconds()
        told = await everyone.subscribe()
        spent, memory = meter.cpu_seconds() - cpu, meter.memory_mib()
    return row(JOIN, OURS, told, len(members), cpu=spent, memory=memory, idle=None)


async def _settled(meter: Meter) -> None:
    """Until the server has little to do: who has connected has subscribed then."""
    deadline, spent = time.monotonic() + SETTLING, float("inf")
    while spent > QUIET and time.monotonic() < deadline:
        before, began = meter.cpu_seconds(), time.monotonic()
        await asyncio.sleep(0.5)
        spent = (meter.cpu_seconds() - before) / (time.monotonic() - began)
