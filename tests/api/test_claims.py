"""Claims: who works on a case, whom that keeps off, and when it ends."""

import asyncio
from datetime import timedelta

import time_machine

from models.audit import AuditRow
from models.claim import LEASE_AWAY
from models.clock import now
from tests.colleagues import COLLEAGUE, claim, codes, colleague, release, seen, submitted
from tests.conftest import Served

REASON = {"category": "OTHER", "code": "COUNTER", "path": []}


async def test_a_claim_is_seen_by_the_institutions_and_never_by_the_unit(served: Served) -> None:
    unit, officer = await submitted(served), await served.officer("tianjin")
    told = await claim(officer, unit)
    assert told["errors"] == []
    assert told["application"]["claim"]["mine"] is True
    assert await seen(officer, unit) == {"officerName": "tianjin", "mine": True}
    theirs = {"officerName": "tianjin", "mine": False}
    assert await seen(await colleague(served), unit) == theirs
    assert await seen(await served.officer("beijing"), unit) == theirs
    assert await seen(unit, unit) is None
    assert await seen(await served.officer("platform"), unit) is None
    assert await seen(await served.officer("shijiazhuang"), unit) is None


async def test_who_may_claim_is_who_has_the_turn(served: Served) -> None:
    unit, officer = await submitted(served), await served.officer("tianjin")
    for name, code in (
        ("beijing", "FORBIDDEN"),
        ("platform", "FORBIDDEN"),
        ("shijiazhuang", "NOT_FOUND"),
    ):
        told = await claim(await served.officer(name), unit)
        assert (codes(told), told["application"]) == ([code], None)
    assert codes(await claim(unit, unit)) == ["FORBIDDEN"]
    await officer.act("Accept", unit)
    await officer.act("Approve", unit, mediaSupply="ENTERPRISE")
    assert codes(await claim(officer, unit)) == ["WRONG_STATE"]


async def test_a_maker_that_does_not_issue_waits_for_its_turn(served: Served) -> None:
    unit = await (await served.unit()).start()
    await unit.fill(0, maker="番禺海关制卡点")
    await unit.submit()
    issuer, maker = await served.officer("guangzhou"), await served.officer("panyu")
    assert codes(await claim(maker, unit)) == ["WRONG_STATE"]
    assert codes(await claim(issuer, unit)) == []
    await issuer.act("Accept", unit)
    await issuer.act("Approve", unit, mediaSupply="FREE")
    assert codes(await claim(issuer, unit)) == ["WRONG_STATE"]
    assert codes(await claim(maker, unit)) == []
    assert await seen(issuer, unit) == {"officerName": "panyu", "mine": False}
    await issuer.register_all_media(unit)  # the maker's claim stands between the maker's officers


async def test_what_a_colleague_works_on_is_not_decided_without_taking_it_over(
    served: Served,
) -> None:
    unit, first, second = (
        await submitted(served),
        await served.officer("tianjin"),
        await colleague(served),
    )
    await claim(first, unit)
    assert await second.codes("Accept", unit) == ["applicationId:CLAIMED_BY_ANOTHER"]
    refused = await claim(second, unit)
    assert codes(refused) == ["CLAIMED_BY_ANOTHER"]
    assert "tianjin" in refused["errors"][0]["message"]
    assert codes(await release(second, unit)) == ["CLAIMED_BY_ANOTHER"]
    await first.act("Accept", unit)
    for act in (
        second.codes("Return", unit, reasons=[REASON]),
        second.codes("Approve", unit, mediaSupply="FREE"),
    ):
        assert await act == ["applicationId:CLAIMED_BY_ANOTHER"]
    assert codes(await claim(second, unit, takeOver=True)) == []
    assert await seen(first, unit) == {"officerName": COLLEAGUE, "mine": False}
    told = await first.codes("Approve", unit, mediaSupply="FREE")
    assert told == ["applicationId:CLAIMED_BY_ANOTHER"]
    await second.act("Approve", unit, mediaSupply="FREE")


async def test_a_takeover_is_on_record_with_whom_it_was_taken_from(served: Served) -> None:
    unit, first, second = (
        await submitted(served),
        await served.officer("tianjin"),
        await colleague(served),
    )
    await claim(first, unit)
    await claim(second, unit, takeOver=True)
    await claim(second, unit, takeOver=True)
    rows = await AuditRow.filter(what="claimApplication").order_by("id")
    assert [row.username for row in rows] == ["tianjin", COLLEAGUE, COLLEAGUE]
    taken = f"{unit.id} account-{rows[0].account_id}"
    assert [row.subject for row in rows] == [unit.id, taken, unit.id]


async def test_of_two_who_claim_at_once_one_has_it(served: Served) -> None:
    unit, first, second = (
        await submitted(served),
        await served.officer("tianjin"),
        await colleague(served),
    )
    told = await asyncio.gather(claim(first, unit), claim(second, unit))
    assert sorted(map(codes, told)) == [[], ["CLAIMED_BY_ANOTHER"]]


async def test_what_is_released_is_anybodys_and_releasing_it_again_is_no_error(
    served: Served,
) -> None:
    unit, first, second = (
        await submitted(served),
        await served.officer("tianjin"),
        await colleague(served),
    )
    await claim(first, unit)
    for _ in range(2):
        told = await release(first, unit)
        assert told == {"application": {"claim": None}, "errors": []}
    await second.act("Accept", unit)


async def test_a_claim_ends_by_itself_when_nobody_sits_there(served: Served) -> None:
    unit, officer = await submitted(served), await served.officer("tianjin")
    other = await colleague(served)
    await claim(officer, unit)
    away = LEASE_AWAY + timedelta(seconds=1)
    with time_machine.travel(now() + away - timedelta(seconds=5)):
        assert await seen(other, unit) is not None
        await claim(officer, unit)  # said again
    with time_machine.travel(now() + away):
        assert await seen(other, unit) is not None
    with time_machine.travel(now() + 2 * away):
        assert await seen(other, unit) is None
        await other.act("Accept", unit)


async def test_a_claim_ends_with_the_turn_and_a_new_submission_is_nobodys(served: Served) -> None:
    unit, officer = await submitted(served), await served.officer("tianjin")
    await claim(officer, unit)
    await officer.act("Accept", unit)
    assert await seen(officer, unit) is not None
    await officer.act("Return", unit, reasons=[REASON])
    assert await seen(officer, unit) is None
    await unit.refresh()
    await unit.submit()
    assert await seen(officer, unit) is None


async def test_who_never_claims_works_as_before(served: Served) -> None:
    unit, first, second = (
        await submitted(served),
        await served.officer("tianjin"),
        await colleague(served),
    )
    await first.act("Accept", unit)
    await second.act("Approve", unit, mediaSupply="FREE")
