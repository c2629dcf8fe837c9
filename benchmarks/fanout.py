"""Telling everybody: one event, five hundred subscribers of the unit, each on its own socket."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from figures import OURS, Row, Sample
from listeners import Listener, Roll, listeners
from processes import Started, limits, portcard
from story import visitors
from wire import Wire, checked, operation, request, wire

from tests.actors import Unit

BENCH = "fanout"
SUBSCRIBERS, EVENTS = 500, 20
LIVE, JOIN = f"1 event to {SUBSCRIBERS}", f"{SUBSCRIBERS} joining, 1 event missed"
PEER = "bare Starlette broadcast, same bytes"
FIRST_EVENT = "query($id: ID!) { application(id: $id) { timeline(first: 1) { nodes { cursor } } } }"


async def run(folder: Path) -> list[Row]:
    async with portcard(folder) as server, visitors(server) as people:
        unit, roll = await people.unit(), Roll()
        after = await _seen(unit)
        async with listeners(server, SUBSCRIBERS, roll) as everyone:
            joined = await _joined(server, unit, everyone, roll, after)
            live = await _live(server, unit, roll)
            rows = [live.row(BENCH, LIVE, OURS, each=SUBSCRIBERS), joined]
    return [*rows, await _peer(folder, roll.last)]


async def _seen(unit: Unit) -> str:
    """The cursor of an event that another one follows."""
    await unit.start()
    told = await unit.client.query(FIRST_EVENT, id=unit.id)
    cursor: str = told["application"]["timeline"]["nodes"][0]["cursor"]
    await unit.client.do("Discard", applicationId=unit.id, version=unit.version)
    return cursor


async def _joined(
    server: Started, unit: Unit, everyone: list[Listener], roll: Roll, after: str
) -> Row:
    """All subscribe behind a cursor; whoever has heard what was missed, follows."""
    sample = Sample(server.meter)
    roll.expect(len(everyone))
    with sample.running(), sample.act():
        for listener in everyone:
            listener.subscribe(unit.client.token, "EnterpriseEvents", {"after": after})
        await roll.everyone()
    return sample.row(BENCH, JOIN, OURS, each=len(everyone))


async def _live(server: Started, unit: Unit, roll: Roll) -> Sample:
    """Starting and discarding in turn; each is an event."""
    sample = Sample(server.meter)
    async with wire(server) as connection:
        with sample.running():
            for _ in range(EVENTS // 2):
                await _start(sample, connection, unit, roll)
                await _discard(sample, connection, unit, roll)
    return sample


async def _start(sample: Sample, connection: Wire, unit: Unit, roll: Roll) -> None:
    sent = operation("Start", unit.client.token, input={"kind": "NEW_CARDS"})
    (payload,) = checked([await _told(sample, roll, lambda: connection.ask(sent))])
    unit.id, unit.version = payload["application"]["id"], payload["application"]["version"]


async def _discard(sample: Sample, connection: Wire, unit: Unit, roll: Roll) -> None:
    told = {"applicationId": unit.id, "version": unit.version}
    sent = operation("Discard", unit.client.token, input=told)
    checked([await _told(sample, roll, lambda: connection.ask(sent))])


async def _told(sample: Sample, roll: Roll, act: Callable[[], Awaitable[bytes]]) -> bytes:
    """From before the act until the last subscriber has heard of it."""
    roll.expect(SUBSCRIBERS)
    with sample.act():
        answer = await act()
        await roll.everyone()
    return answer


async def _peer(folder: Path, message: bytes) -> Row:
    stored, roll = folder / "answers", Roll()
    stored.mkdir()
    async with limits(stored) as server, listeners(server, SUBSCRIBERS, roll):
        sample, sent = Sample(server.meter), request("/broadcast", message)
        async with wire(server) as connection:
            with sample.running():
                for _ in range(EVENTS):
                    await _told(sample, roll, lambda: connection.ask(sent))
    return sample.row(BENCH, LIVE, PEER, each=SUBSCRIBERS)
