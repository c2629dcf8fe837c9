"""Who sees what: a unit its own, an institution what lies with it, a visitor nothing."""

from typing import Any

from tests.actors import Officer, Unit
from tests.conftest import Served

REASON = {"category": "OTHER", "code": "OTHER", "path": [], "note": "请选择石家庄"}
INSIDE = """query($id: ID!) { application(id: $id) { status number
    unit { street } legalCard { idNumber } operators { id } agent { name } delivery { method }
    attachments { url } verifications { outcome } steps { step } cards { mediaSerial } remarks
    returnReasons { note } availableActions maker { name } } }"""


async def _submitted(served: Served) -> Unit:
    unit = await (await served.unit()).start()
    await unit.fill()
    await unit.submit()
    return unit


async def _sees(officer: Officer, unit: Unit) -> dict[str, Any] | None:
    return (await officer.client.query(INSIDE, id=unit.id))["application"]


async def _listed(officer: Officer) -> list[str]:
    return [row["id"] for row in (await officer.client.ask("Applications"))["nodes"]]


async def test_nobody_sees_a_draft_but_its_unit(served: Served) -> None:
    unit = await (await served.unit()).start()
    await unit.fill()
    for name in ("tianjin", "beijing", "shijiazhuang"):
        officer = await served.officer(name)
        assert await _sees(officer, unit) is None
        assert await _listed(officer) == []
        assert await officer.codes("Accept", unit) == ["applicationId:NOT_FOUND"]


async def test_another_unit_and_a_visitor_see_and_may_nothing(served: Served) -> None:
    unit, other = await _submitted(served), await served.unit()
    for client in (other.client, served.visitor()):
        assert (await client.query(INSIDE, id=unit.id))["application"] is None
        assert (await client.ask("Applications"))["totalCount"] == 0
    told = await other.client.codes("Withdraw", applicationId=unit.id, version=unit.version)
    assert told == ["applicationId:NOT_FOUND"]
    paper = (await unit.detail())["attachments"][0]["id"]
    assert await other.client.codes("RemoveAttachment", attachmentId=paper) == [
        "attachmentId:NOT_FOUND"
    ]


async def test_a_data_centre_sees_its_region_and_decides_nothing(served: Served) -> None:
    unit, beijing = await _submitted(served), await served.officer("beijing")
    seen = await _sees(beijing, unit)
    assert seen is not None
    assert seen["unit"]["street"]
    assert seen["availableActions"] == []
    for act in ("Accept", "Produce", "Issue", "Complete"):
        assert await beijing.codes(act, unit) == ["applicationId:FORBIDDEN"]
    assert await beijing.codes("Return", unit, reasons=[REASON]) == ["applicationId:FORBIDDEN"]
    assert await beijing.codes("Approve", unit, mediaSupply="FREE") == ["applicationId:FORBIDDEN"]


async def test_an_institution_that_was_not_chosen_sees_nothing(served: Served) -> None:
    unit, other = await _submitted(served), await served.officer("shijiazhuang")
    assert await _sees(other, unit) is None
    assert await _listed(other) == []
    assert await other.codes("Accept", unit) == ["applicationId:NOT_FOUND"]


async def test_a_unit_may_not_act_as_an_officer_nor_an_officer_as_a_unit(served: Served) -> None:
    unit, officer = await _submitted(served), await served.officer("tianjin")
    assert await unit.client.codes("Accept", applicationId=unit.id) == ["applicationId:FORBIDDEN"]
    told = await officer.codes("Withdraw", unit, version=unit.version)
    assert told == ["applicationId:FORBIDDEN"]
    assert await officer.client.codes("Start", kind="NEW_CARDS") == ["kind:ENTERPRISES_ONLY"]


async def test_what_was_withdrawn_is_the_units_alone_again(served: Served) -> None:
    unit, officer = await _submitted(served), await served.officer("tianjin")
    url = (await _sees(officer, unit) or {})["attachments"][0]["url"]
    assert (await served.http.get(served.url + url)).status_code == 200
    await unit.edit("Withdraw")
    await unit.choose_place(maker="石家庄制卡中心")
    seen = await _sees(officer, unit)
    assert seen is not None
    assert (seen["status"], seen["maker"]["name"]) == ("DRAFT", "天津制卡中心")
    for field in ("unit", "legalCard", "agent", "delivery", "remarks"):
        assert seen[field] is None
    for field in ("operators", "attachments", "steps", "cards", "verifications"):
        assert seen[field] == []
    assert await _listed(officer) == []


async def test_a_maker_sees_an_application_once_it_is_submitted_to_it_not_when_it_is_chosen(
    served: Served,
) -> None:
    unit = await _submitted(served)
    tianjin = await served.officer("tianjin")
    shijiazhuang = await served.officer("shijiazhuang")
    await tianjin.act("Return", unit, reasons=[REASON])
    await unit.refresh()
    await unit.choose_place(maker="石家庄制卡中心")
    assert await _sees(shijiazhuang, unit) is None
    assert await _listed(shijiazhuang) == []
    assert (await _sees(tianjin, unit) or {})["status"] == "RETURNED"
    await unit.submit()
    assert (await _sees(shijiazhuang, unit) or {})["status"] == "SUBMITTED"
    assert await _sees(tianjin, unit) is None
    assert await _listed(tianjin) == []


WATCH = """subscription { incomingApplications(after: "p0") { type toStatus application {
    status version number unit { street } cards { mediaSerial } maker { name }
    attachments { url } returnReasons { note } availableActions } } }"""


async def test_an_institution_that_an_application_has_left_is_told_so_and_no_more(
    served: Served,
) -> None:
    unit, tianjin = await _submitted(served), await served.officer("tianjin")
    shijiazhuang = await served.officer("shijiazhuang")
    await tianjin.act("Return", unit, reasons=[REASON])
    await unit.refresh()
    await unit.choose_place(maker="石家庄制卡中心")
    await unit.submit()
    await shijiazhuang.act("Accept", unit)
    await shijiazhuang.act("Approve", unit, mediaSupply="FREE")
    async with tianjin.client.socket() as socket:
        watch = await socket.subscribe(WATCH)
        told = [await watch.next() for _ in range(3)]
        assert await watch.is_quiet()
    assert [event["type"] for event in told] == ["SUBMITTED", "RETURNED", "REROUTED"]
    for event in told:
        known = event["application"]
        assert known["status"] == event["toStatus"]
        assert known["number"]
        assert (known["version"], known["unit"], known["maker"]) == (0, None, None)
        for field in ("cards", "attachments", "returnReasons", "availableActions"):
            assert known[field] == []
    async with shijiazhuang.client.socket() as socket:
        watch = await socket.subscribe(WATCH)
        assert [(await watch.next())["type"] for _ in range(3)] == [
            "SUBMITTED",
            "ACCEPTED",
            "APPROVED",
        ]


async def test_the_platforms_administrator_sees_all_and_decides_nothing(served: Served) -> None:
    unit, platform = await _submitted(served), await served.officer("platform")
    assert (await _sees(platform, unit) or {})["availableActions"] == []
    assert await platform.codes("Accept", unit) == ["applicationId:FORBIDDEN"]
