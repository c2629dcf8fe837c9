"""Watching: nothing lost, nothing told twice, nobody told what is not theirs."""

from typing import Any

import pytest

from tests.actors import Unit, sign_in
from tests.conftest import Served
from tests.watching import until

DRAFTS = 3


async def _drafts(unit: Unit, times: int = DRAFTS) -> None:
    """Two events each: started and discarded."""
    for _ in range(times):
        await unit.start()
        await unit.client.do("Discard", applicationId=unit.id, version=unit.version)


async def test_a_client_that_was_away_resumes_from_its_cursor(served: Served) -> None:
    unit = await served.unit()
    async with unit.client.socket() as socket:
        watch = await socket.watch("EnterpriseEvents", after="p0")
        await _drafts(unit)
        seen = [await watch.next() for _ in range(2)]
    await _drafts(unit)
    async with unit.client.socket() as socket:
        watch = await socket.watch("EnterpriseEvents", after=seen[-1]["cursor"])
        seen += [await watch.next() for _ in range(4 * DRAFTS - 2)]
        assert await watch.is_quiet()
    assert [event["type"] for event in seen] == ["STARTED", "DISCARDED"] * (2 * DRAFTS)
    assert len({event["cursor"] for event in seen}) == len(seen)


async def test_events_that_come_while_a_client_catches_up_are_told_once(served: Served) -> None:
    unit = await served.unit()
    await _drafts(unit)
    async with unit.client.socket() as socket:
        watches = [await socket.watch("EnterpriseEvents", after="p0") for _ in range(5)]
        await _drafts(unit)
        for watch in watches:
            assert await watch.types(4 * DRAFTS) == ["STARTED", "DISCARDED"] * (2 * DRAFTS)
            assert await watch.is_quiet(0.1)


async def test_a_lost_wake_up_costs_latency_and_no_event(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = await served.unit()
    async with unit.client.socket() as socket:
        watch = await socket.watch("EnterpriseEvents", after="p0")
        await unit.start()
        assert (await watch.next())["type"] == "STARTED"
        monkeypatch.setattr(served.engine.hub, "wake", lambda: None)
        monkeypatch.setattr(served.engine.wakeups, "_woken", lambda: None)
        await unit.client.do("Discard", applicationId=unit.id, version=unit.version)
        assert (await watch.next())["type"] == "DISCARDED"


async def test_a_full_mailbox_is_scanned_again_and_loses_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.engine.hub, "_mailbox", 2)
    unit = await served.unit()
    async with unit.client.socket() as socket:
        watch = await socket.watch("EnterpriseEvents", after="p0")
        await _drafts(unit, 10)
        assert await watch.types(20) == ["STARTED", "DISCARDED"] * 10


async def test_another_unit_is_told_nothing(served: Served) -> None:
    unit, other = await served.unit(), await served.unit()
    await unit.start()
    async with other.client.socket() as socket:
        everything = await socket.watch("EnterpriseEvents", after="p0")
        one = await socket.watch("ApplicationEvents", id=unit.id, after="p0")
        progress = await socket.watch("IssuanceProgress", id=unit.id)
        assert _code(await one.message()) == "NOT_FOUND"
        assert _code(await progress.message()) == "NOT_FOUND"
        assert await everything.is_quiet()


def _code(message: dict[str, Any]) -> str:
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    return errors[0]["extensions"]["code"]


async def test_an_institution_is_told_from_the_submission_on(served: Served) -> None:
    unit = await served.unit()
    issuer, other = await served.officer("tianjin"), await served.officer("shijiazhuang")
    centre = await served.officer("beijing")
    async with (
        issuer.client.socket() as first,
        other.client.socket() as second,
        centre.client.socket() as third,
    ):
        told = await first.watch("IncomingApplications", after="p0")
        untold = await second.watch("IncomingApplications", after="p0")
        advised = await third.watch("IncomingApplications", after="p0")
        await unit.start()
        await unit.fill()
        await unit.submit()
        assert (await told.next())["type"] == "SUBMITTED"
        assert (await advised.next())["type"] == "SUBMITTED"
        assert await untold.is_quiet()


async def test_a_visitor_may_watch_nothing(served: Served) -> None:
    visitor = served.visitor()
    async with visitor.socket({}) as socket:
        watch = await socket.watch("EnterpriseEvents")
        assert _code(await watch.message()) == "NOT_SIGNED_IN"


async def test_an_officer_has_no_unit_to_watch_and_a_unit_no_desk(served: Served) -> None:
    unit, officer = await served.unit(), await served.officer("tianjin")
    async with unit.client.socket() as one, officer.client.socket() as two:
        assert _code(await (await one.watch("IncomingApplications")).message()) == "FORBIDDEN"
        assert _code(await (await two.watch("EnterpriseEvents")).message()) == "FORBIDDEN"


async def test_a_session_that_was_revoked_is_told_nothing_more(served: Served) -> None:
    unit = await served.unit()
    again = served.visitor()
    async with unit.client.socket() as socket:
        watch = await socket.watch("EnterpriseEvents", after="p0")
        await unit.start()
        await watch.next()
        assert (await unit.client.ask("Logout"))["errors"] == []
        await sign_in(again, unit.account["username"], unit.account["password"])
        await again.do("Discard", applicationId=unit.id, version=unit.version)
        assert _code(await watch.message()) == "NOT_SIGNED_IN"


async def test_a_cursor_that_is_none_is_said_so(served: Served) -> None:
    unit = await served.unit()
    async with unit.client.socket() as socket:
        for cursor in ("nonsense", "p-1", "p1e9", "p" + "9" * 30, "p\u0661"):
            watch = await socket.watch("EnterpriseEvents", after=cursor)
            assert _code(await watch.message()) == "CURSOR_INVALID"


async def test_a_client_that_leaves_is_forgotten(served: Served) -> None:
    unit = await served.unit()
    async with unit.client.socket() as socket:
        for _ in range(20):
            await socket.watch("EnterpriseEvents")
        await until(lambda: served.engine.hub.followers == 20)
    await until(lambda: served.engine.hub.followers == 0)


async def test_the_timeline_has_the_cursors_of_the_live_events(served: Served) -> None:
    unit = await served.unit()
    await unit.start()
    async with unit.client.socket() as socket:
        live = await (await socket.watch("ApplicationEvents", id=unit.id, after="p0")).next()
    timeline = (await unit.detail())["timeline"]["nodes"]
    assert [node["cursor"] for node in timeline] == [live["cursor"]]


@pytest.mark.parametrize(
    "message",
    [[], 3, "text", None, {"type": "subscribe"}, {"id": "1", "type": "subscribe", "payload": 7}],
)
async def test_a_malformed_message_closes_its_own_socket_only(served: Served, message: Any) -> None:
    unit = await served.unit()
    async with unit.client.socket() as good, unit.client.socket() as bad:
        watch = await good.watch("EnterpriseEvents", after="p0")
        await bad.send(message)
        await unit.start()
        assert (await watch.next())["type"] == "STARTED"


async def test_a_syntax_error_does_not_close_its_siblings(served: Served) -> None:
    unit = await served.unit()
    async with unit.client.socket() as socket:
        watch = await socket.watch("EnterpriseEvents", after="p0")
        wrong = await socket.subscribe("subscription {")
        assert (await wrong.message())["type"] == "error"
        await unit.start()
        assert (await watch.next())["type"] == "STARTED"


async def test_the_token_is_taken_however_its_key_is_written(served: Served) -> None:
    unit = await served.unit()
    payload = {"Authorization": f"Bearer {unit.client.token}"}
    async with unit.client.socket(payload) as socket:
        watch = await socket.watch("EnterpriseEvents", after="p0")
        await unit.start()
        assert (await watch.next())["type"] == "STARTED"


async def test_a_cursor_that_the_log_has_not_reached_is_refused(served: Served) -> None:
    unit = await served.unit()
    async with unit.client.socket() as socket:
        watch = await socket.watch("EnterpriseEvents", after="p99999")
        message = await watch.message()
        assert "CURSOR_INVALID" in str(message)
