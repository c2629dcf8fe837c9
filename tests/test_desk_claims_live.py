"""Claims, live: everybody at the desk sees who works on what, and presence ends with the socket."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine

from models.claim import LEASE, Claim, Seat
from models.clock import now
from server.settings import Settings
from tests.actors import Officer, Unit, sign_in
from tests.client import Client, Socket, Watch
from tests.colleagues import COLLEAGUE, claim, codes, colleague, release, submitted
from tests.conftest import Served
from tests.process import free_port, server_process, told
from tests.watching import until

CLAIMS = """subscription { deskClaims { complete changes {
    applicationId number claim { officerName claimedAt mine } } } }"""
SOON = 5.0  # seconds, on a busy machine; well below a lease


async def _watch(socket: Socket) -> Watch:
    """Behind the first message, which tells that there is nothing."""
    watch = await socket.subscribe(CLAIMS)
    assert await watch.next() == {"complete": True, "changes": []}
    return watch


async def _next(watch: Watch, seconds: float = SOON) -> tuple[str, Any]:
    """The one change that is told: of what, and who works on it."""
    message = await watch.next(seconds)
    assert message["complete"] is False
    (change,) = message["changes"]
    now_ = change["claim"]
    return change["applicationId"], now_ and (now_["officerName"], now_["mine"])


def _code(message: dict[str, Any]) -> str:
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    return errors[0]["extensions"]["code"]


async def _three(served: Served) -> tuple[Unit, Officer, Officer]:
    return await submitted(served), await served.officer("tianjin"), await colleague(served)


async def test_colleagues_see_a_claim_its_takeover_and_its_release(served: Served) -> None:
    unit, first, second = await _three(served)
    async with first.client.socket() as one, second.client.socket() as two:
        mine, theirs = await _watch(one), await _watch(two)
        await claim(first, unit)
        assert await _next(mine) == (unit.id, ("tianjin", True))
        assert await _next(theirs) == (unit.id, ("tianjin", False))
        await claim(second, unit, takeOver=True)
        assert await _next(mine) == (unit.id, (COLLEAGUE, False))
        assert await _next(theirs) == (unit.id, (COLLEAGUE, True))
        await release(second, unit)
        assert await _next(mine) == await _next(theirs) == (unit.id, None)


async def test_who_comes_later_is_told_all_claims_first(served: Served) -> None:
    unit, first, second = await _three(served)
    await claim(first, unit)
    async with second.client.socket() as socket:
        message = await (await socket.subscribe(CLAIMS)).next()
    assert message["complete"] is True
    (change,) = message["changes"]
    assert change["applicationId"] == unit.id
    assert change["number"] == (await unit.detail())["number"]
    assert change["claim"]["officerName"] == "tianjin"


async def test_presence_ends_with_the_last_socket(served: Served) -> None:
    unit, first, second = await _three(served)
    async with second.client.socket() as socket:
        watch = await _watch(socket)
        async with first.client.socket() as one:
            await _watch(one)
            async with first.client.socket() as another:
                await another.subscribe(CLAIMS)
                await claim(first, unit)
                assert await _next(watch) == (unit.id, ("tianjin", False))
            await until(lambda: served.engine.desk.claims.lookers == 2)
            assert await watch.is_quiet()
        assert await _next(watch) == (unit.id, None)
    assert codes(await claim(second, unit)) == []


async def test_a_claim_that_is_worked_on_outlives_its_lease(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema.desk_live.RENEW_EVERY", 0.1)
    unit, first, _ = await _three(served)
    async with first.client.socket() as socket:
        watch = await _watch(socket)
        await claim(first, unit)
        await _next(watch)
        await Claim.all().update(expires_at=now() + timedelta(seconds=2))
        assert await watch.is_quiet(3)


async def test_a_lease_that_runs_out_is_told_without_anybody_doing_anything(
    served: Served,
) -> None:
    unit, first, second = await _three(served)
    async with second.client.socket() as socket:
        watch = await _watch(socket)
        await claim(first, unit)
        await _next(watch)
        await Claim.all().update(expires_at=now() + timedelta(seconds=1))
        assert await _next(watch) == (unit.id, None)


async def test_a_claim_that_ends_with_the_turn_is_told(served: Served) -> None:
    unit, first, second = await _three(served)
    async with second.client.socket() as socket:
        watch = await _watch(socket)
        await claim(first, unit)
        await _next(watch)
        await unit.edit("Withdraw")
        assert await _next(watch) == (unit.id, None)


async def test_only_the_institutions_that_it_lies_with_are_told(served: Served) -> None:
    unit, first, _ = await _three(served)
    centre, stranger = await served.officer("beijing"), await served.officer("shijiazhuang")
    async with centre.client.socket() as one, stranger.client.socket() as two:
        told_, untold = await _watch(one), await _watch(two)
        await claim(first, unit)
        assert await _next(told_) == (unit.id, ("tianjin", False))
        assert await untold.is_quiet()


async def test_a_unit_a_visitor_and_the_platform_have_no_claims_to_watch(served: Served) -> None:
    unit, platform = await served.unit(), await served.officer("platform")
    for client, payload, code in (
        (unit.client, None, "FORBIDDEN"),
        (platform.client, None, "FORBIDDEN"),
        (served.visitor(), {}, "NOT_SIGNED_IN"),
    ):
        async with client.socket(payload) as socket:
            assert _code(await (await socket.subscribe(CLAIMS)).message()) == code


async def test_who_signs_out_is_there_no_more(served: Served) -> None:
    unit, first, second = await _three(served)
    async with first.client.socket() as one, second.client.socket() as two:
        mine, theirs = await _watch(one), await _watch(two)
        await claim(first, unit)
        assert await _next(mine) == (unit.id, ("tianjin", True))
        assert await _next(theirs) == (unit.id, ("tianjin", False))
        await first.client.ask("Logout")
        assert _code(await mine.message()) == "NOT_SIGNED_IN"
        assert await _next(theirs) == (unit.id, None)


async def test_a_seat_that_is_given_up_leaves_nothing_behind(served: Served) -> None:
    officer = await served.officer("tianjin")
    async with officer.client.socket() as socket:
        for _ in range(10):
            await _watch(socket)
        assert await Seat.all().count() == 10
    await until(lambda: served.engine.desk.claims.lookers == 0)
    await served.engine.shelter.drain(SOON)
    assert await Seat.all().count() == 0


async def test_of_a_server_that_is_killed_the_claims_end_with_their_lease(
    served: Served, settings: Settings
) -> None:
    """Two processes on one database: what is claimed at one is told at the other."""
    unit, _, second = await _three(served)
    async with second.client.socket() as socket:
        watch = await _watch(socket)
        with server_process(free_port(), **told(settings)) as other:
            async with httpx.AsyncClient(timeout=30) as http:
                client = Client(other.url, http)
                await sign_in(client, "tianjin", served.password("tianjin"))
                async with client.socket() as far:
                    await _watch(far)
                    await claim(Officer(client), unit)
                    assert await _next(watch) == (unit.id, ("tianjin", False))
                    other.kill()
        assert await watch.is_quiet()
        assert codes(await claim(second, unit)) == ["CLAIMED_BY_ANOTHER"]
        with time_machine.travel(now() + LEASE):
            assert await _next(watch) == (unit.id, None)


async def test_who_leaves_while_sitting_down_leaves_no_seat(served: Served) -> None:
    officer = await served.officer("tianjin")
    async with officer.client.socket() as socket:
        for number in range(40):
            payload = {"query": CLAIMS}
            await socket.send({"id": f"s{number}", "type": "subscribe", "payload": payload})
            await asyncio.sleep((number % 8) / 1000)
            await socket.send({"id": f"s{number}", "type": "complete"})
        async with asyncio.timeout(10):
            while await Seat.exists():  # noqa: ASYNC110 - it is the database that is watched
                await asyncio.sleep(0.05)
