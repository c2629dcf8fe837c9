"""The desk's counters: exact, in the scope of the lists, in one statement, and live."""

import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from models.enums import ApplicationStatus as Status
from models.event import Event
from models.institution import Institution
from models.log import head
from resolvers.paging import cursor_of
from resolvers.review import accept_application
from schema import desk_live
from tests.colleagues import claim, release, submitted
from tests.conftest import Served
from tests.desks import acting_as, lie_there
from tests.watching import until

ASKED = "deskSummary { asOf total claimed statuses { status count claimed } }"
COUNTED = """query($status: [ApplicationStatus!]) {
    applications(filter: {status: $status}) { totalCount } }"""
REASON = {"category": "OTHER", "code": "COUNTER", "path": []}


async def _summary(who: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await who.client.query("{ " + ASKED + " }"))["deskSummary"]
    return found


def _counts(summary: dict[str, Any]) -> dict[str, int]:
    """Those that are not 0."""
    return {row["status"]: row["count"] for row in summary["statuses"] if row["count"]}


async def _listed(who: Any) -> dict[str, int]:
    """The same by the lists."""
    found = {}
    for status in Status:
        told = await who.client.query(COUNTED, status=[status.value])
        found[status.value] = told["applications"]["totalCount"]
    return {status: count for status, count in found.items() if count}


async def test_it_counts_what_the_lists_show_and_says_as_of_when(served: Served) -> None:
    first, second, third = [await submitted(served) for _ in range(3)]
    officer = await served.officer("tianjin")
    await officer.act("Accept", first)
    await officer.act("Approve", first, mediaSupply="FREE")
    await officer.act("Return", second, reasons=[REASON])
    summary = await _summary(officer)
    assert _counts(summary) == {"MEDIA_READY": 1, "RETURNED": 1, "SUBMITTED": 1}
    assert [row["status"] for row in summary["statuses"]] == [
        status.value for status in Status if status is not Status.DRAFT
    ]
    assert (summary["total"], summary["claimed"]) == (3, 0)
    assert summary["asOf"] == cursor_of(await head())
    await third.edit("Withdraw")
    for name in ("tianjin", "beijing", "platform"):
        viewer = await served.officer(name)
        assert (
            _counts(await _summary(viewer))
            == await _listed(viewer)
            == {
                "MEDIA_READY": 1,
                "RETURNED": 1,
            }
        )
    assert _counts(await _summary(await served.officer("shijiazhuang"))) == {}


async def test_a_data_centre_counts_its_region(served: Served) -> None:
    await lie_there(2, Status.SUBMITTED)
    beijing = await Institution.get(id=(await acting_as("beijing")).institution_id)
    await lie_there(3, Status.PRODUCING, held_data_centre=beijing)
    assert _counts(await _summary(await served.officer("beijing"))) == {"PRODUCING": 3}
    assert _counts(await _summary(await served.officer("tianjin"))) == {
        "PRODUCING": 3,
        "SUBMITTED": 2,
    }


async def test_each_group_that_watches_is_told_its_own(served: Served) -> None:
    await lie_there(2, Status.SUBMITTED)
    beijing = await Institution.get(id=(await acting_as("beijing")).institution_id)
    await lie_there(3, Status.PRODUCING, held_data_centre=beijing)
    names = ("tianjin", "beijing", "platform", "shijiazhuang")
    clients = [(await served.officer(name)).client for name in names]
    async with AsyncExitStack() as sockets:
        opened = [await sockets.enter_async_context(client.socket()) for client in clients]
        text = "subscription { " + ASKED + " }"
        watches = [await socket.subscribe(text) for socket in opened]
        assert [(await watch.next())["total"] for watch in watches] == [5, 3, 5, 0]
        assert served.engine.desk.groups == 4


async def test_an_empty_desk_is_counted_as_of_the_newest_event_too(served: Served) -> None:
    officer = await served.officer("shijiazhuang")
    assert (await _summary(officer))["asOf"] == cursor_of(0)
    await submitted(served)
    summary = await _summary(officer)
    assert (summary["total"], summary["asOf"]) == (0, cursor_of(await head()))


async def test_what_is_claimed_is_counted_while_the_claim_is_good(served: Served) -> None:
    unit, officer = await submitted(served), await served.officer("tianjin")
    await claim(officer, unit)
    summary = await _summary(officer)
    assert summary["claimed"] == 1
    assert [row["claimed"] for row in summary["statuses"] if row["status"] == "SUBMITTED"] == [1]
    await officer.act("Accept", unit)
    await officer.act("Return", unit, reasons=[REASON])
    assert (await _summary(officer))["claimed"] == 0


async def test_a_unit_and_a_visitor_have_no_desk(served: Served) -> None:
    for client, code in (
        ((await served.unit()).client, "FORBIDDEN"),
        (served.visitor(), "NOT_SIGNED_IN"),
    ):
        answer = await client.post("{ " + ASKED + " }")
        assert answer["errors"][0]["extensions"]["code"] == code
        payload = None if client.token else {}
        async with client.socket(payload) as socket:
            message = await (await socket.subscribe("subscription { " + ASKED + " }")).message()
        assert code in str(message)


async def test_it_costs_one_statement_however_much_lies_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = await served.officer("tianjin")
    client, asked = type(Event._meta.db), []
    real = client.execute_query_dict

    async def counted(self: Any, query: str, *more: Any) -> Any:
        asked.append(query)
        return await real(self, query, *more)

    monkeypatch.setattr(client, "execute_query_dict", counted)
    for status in (Status.SUBMITTED, Status.IN_REVIEW, Status.COMPLETED):
        await lie_there(2, status)
        asked.clear()
        await _summary(officer)
        assert len([query for query in asked if "GROUP BY" in query]) == 1
        assert len([query for query in asked if '"application"' in query]) == 1


async def test_a_count_has_a_price(served: Served) -> None:
    officer = await served.officer("tianjin")
    answer = await officer.client.post("{ deskSummary { total } }")
    assert answer["extensions"]["cost"]["requested"] == 51


async def test_it_is_told_as_it_is_and_after_each_change(served: Served) -> None:
    unit, officer = await submitted(served), await served.officer("tianjin")
    async with officer.client.socket() as socket:
        watch = await socket.subscribe("subscription { " + ASKED + " }")
        assert _counts(await watch.next()) == {"SUBMITTED": 1}
        await claim(officer, unit)
        assert (await watch.next())["claimed"] == 1
        await release(officer, unit)
        assert (await watch.next())["claimed"] == 0
        await officer.act("Accept", unit)
        summary = await watch.next()
        assert _counts(summary) == {"IN_REVIEW": 1}
        events = await socket.watch("IncomingApplications", after=summary["asOf"])
        assert await events.is_quiet()
        await submitted(served)
        assert _counts(await watch.next()) == {"IN_REVIEW": 1, "SUBMITTED": 1}


async def test_what_is_none_of_the_institutions_business_tells_it_nothing(served: Served) -> None:
    officer = await served.officer("shijiazhuang")
    async with officer.client.socket() as socket:
        watch = await socket.subscribe("subscription { " + ASKED + " }")
        assert (await watch.next())["total"] == 0
        await submitted(served)
        assert await watch.is_quiet()


async def test_a_burst_is_few_summaries_and_the_last_is_exact(served: Served) -> None:
    ids = await lie_there(100, Status.SUBMITTED)
    officer, actor = await served.officer("tianjin"), await acting_as("tianjin")
    async with officer.client.socket() as socket:
        watch = await socket.subscribe("subscription { " + ASKED + " }")
        told = [await watch.next()]
        begun = time.monotonic()
        for id_ in ids:
            await accept_application(served.engine.office, actor, id_)
        while _counts(told[-1]) != {"IN_REVIEW": 100}:
            told.append(await watch.next())
        seconds = time.monotonic() - begun
        assert await watch.is_quiet(1)
    assert len(told) <= 5 * seconds + 3
    assert len(told) < 50
    counts = [_counts(summary).get("IN_REVIEW", 0) for summary in told]
    assert counts == sorted(counts)
    assert told[-1]["asOf"] == cursor_of(await head())


async def test_a_group_is_counted_once_for_all_who_watch_and_not_when_nobody_does(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    times, real = [], desk_live.summary_of

    async def counted(actor: Any) -> Any:
        times.append(actor)
        return await real(actor)

    monkeypatch.setattr(desk_live, "summary_of", counted)
    unit, officer = await submitted(served), await served.officer("tianjin")
    async with officer.client.socket() as socket:
        watches = [await socket.subscribe("subscription { " + ASKED + " }") for _ in range(20)]
        for watch in watches:
            assert (await watch.next())["total"] == 1
        assert served.engine.desk.groups == 1
        before = len(times)
        await officer.act("Accept", unit)
        for watch in watches:
            assert _counts(await watch.next()) == {"IN_REVIEW": 1}
        assert len(times) - before <= 3
    await until(lambda: served.engine.desk.groups == 0)
    assert served.engine.desk.claims.lookers == 0
    before = len(times)
    await officer.act("Return", unit, reasons=[REASON])
    assert len(times) == before
