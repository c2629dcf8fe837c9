"""Accepting, returning, approving: reasons from the catalogue, pinned to real places."""

import asyncio
from typing import Any

from models.enums import ReturnCategory
from models.reasons import CATALOGUE
from tests.actors import Officer, Unit
from tests.conftest import Served

SEAL = {"category": "MATERIALS", "code": "SEAL_MISSING", "path": ["unit"]}


async def _submitted(served: Served, operators: int = 1) -> tuple[Unit, Officer]:
    unit = await (await served.unit()).start()
    await unit.fill(operators)
    await unit.submit()
    return unit, await served.officer("tianjin")


async def _refused(unit: Unit, officer: Officer, *reasons: dict[str, Any]) -> list[str]:
    return await officer.codes("Return", unit, reasons=list(reasons))


async def test_a_return_needs_reasons_of_the_catalogue(served: Served) -> None:
    unit, officer = await _submitted(served)
    assert await _refused(unit, officer) == ["reasons:REASONS_REQUIRED"]
    assert await _refused(unit, officer, {**SEAL, "code": "NO_SUCH"}) == [
        "reasons.0.code:REASON_UNKNOWN"
    ]
    wrong = {**SEAL, "category": "REMARKS"}
    assert await _refused(unit, officer, SEAL, wrong) == ["reasons.1.code:REASON_UNKNOWN"]
    assert (await unit.detail())["status"] == "SUBMITTED"


async def test_the_reason_other_needs_a_note_in_every_category(served: Served) -> None:
    unit, officer = await _submitted(served)
    for category in ReturnCategory:
        other = {"category": category.value, "code": "OTHER", "path": []}
        assert await _refused(unit, officer, {**other, "note": "  "}) == [
            "reasons.0.note:NOTE_REQUIRED"
        ]
    noted = {"category": "REMARKS", "code": "OTHER", "path": ["remarks"], "note": "第一行\n第二行"}
    await officer.act("Return", unit, reasons=[noted])
    (reason,) = (await unit.detail())["returnReasons"]
    assert reason["path"] == ["remarks"]
    assert "第一行\n第二行" in reason["message"]


async def test_a_reason_is_pinned_to_a_place_that_exists(served: Served) -> None:
    unit, officer = await _submitted(served)
    detail = await unit.detail()
    operator, paper = detail["operators"][0]["id"], detail["attachments"][0]["id"]
    for path in (
        ["nowhere"],
        ["unit", "nothing"],
        ["operators", "opr-999999"],
        ["attachments", "x"],
    ):
        told = await _refused(unit, officer, {**SEAL, "path": path})
        assert told == ["reasons.0.path:REASON_PATH"], path
    places = [
        [],
        ["unit", "street"],
        ["legalCard", "idNumber"],
        ["operators", operator, "name"],
        ["agent"],
        ["delivery", "address"],
        ["remarks"],
        ["attachments", "BUSINESS_LICENCE"],
        ["attachments", paper],
    ]
    reasons = [{**SEAL, "path": place} for place in places]
    await officer.act("Return", unit, reasons=reasons)
    kept = (await unit.detail())["returnReasons"]
    assert [reason["path"] for reason in kept] == places


async def test_every_reason_of_the_catalogue_is_told_with_how_to_mend_it(served: Served) -> None:
    unit, officer = await _submitted(served)
    reasons = [
        {"category": line.category.value, "code": line.code, "path": [], "note": "说明"}
        for line in CATALOGUE
    ]
    assert {line.category for line in CATALOGUE} == set(ReturnCategory)
    await officer.act("Return", unit, reasons=reasons)
    kept = (await unit.detail())["returnReasons"]
    assert [reason["code"] for reason in kept] == [line.code for line in CATALOGUE]
    for reason, line in zip(kept, CATALOGUE, strict=True):
        said = "说明" if line.code == "OTHER" else line.says.zh
        assert reason["message"].startswith(said)
        assert reason["hint"] == line.hint.zh


async def test_a_returned_application_is_mended_and_its_reasons_stay_in_the_timeline(
    served: Served,
) -> None:
    unit, officer = await _submitted(served)
    await officer.act("Return", unit, reasons=[SEAL])
    detail = await unit.refresh()
    assert detail["status"] == "RETURNED"
    assert {"SAVE", "SUBMIT", "DISCARD"} <= set(detail["availableActions"])
    await unit.submit()
    assert (await unit.detail())["returnReasons"] == []
    query = """query($id: ID!) { application(id: $id) { timeline { nodes {
        type actor { role name } returnReasons { code } } } } }"""
    lines = (await unit.client.query(query, id=unit.id))["application"]["timeline"]["nodes"]
    told = [line for line in lines if line["type"] == "RETURNED"]
    assert [reason["code"] for reason in told[0]["returnReasons"]] == ["SEAL_MISSING"]
    assert told[0]["actor"] == {"role": "RA_OFFICER", "name": "tianjin"}


async def test_two_officers_who_decide_at_once_decide_once(served: Served) -> None:
    unit, officer = await _submitted(served)
    other = await served.officer("tianjin")
    told = await asyncio.gather(officer.codes("Accept", unit), other.codes("Accept", unit))
    assert sorted(told) == [[], ["applicationId:WRONG_STATE"]]
    told = await asyncio.gather(
        officer.codes("Approve", unit, mediaSupply="FREE"),
        _refused(unit, other, SEAL),
        other.codes("Approve", unit, mediaSupply="ENTERPRISE"),
    )
    assert told.count([]) == 1
    assert told.count(["applicationId:WRONG_STATE"]) == 2


async def test_a_wrong_state_says_which_it_is_now(served: Served) -> None:
    unit, officer = await _submitted(served)
    query = """mutation($input: ApproveApplicationInput!) { approveApplication(input: $input) {
        errors { code path message ... on WrongState { currentStatus } } } }"""
    input_ = {"applicationId": unit.id, "mediaSupply": "FREE"}
    answer = await officer.client.query(query, input=input_)
    (error,) = answer["approveApplication"]["errors"]
    assert error["currentStatus"] == "SUBMITTED"
    assert error["path"] == ["applicationId"]


async def test_free_media_skip_the_wait_and_others_ask_for_it(served: Served) -> None:
    for supply, status in (("FREE", "MEDIA_READY"), ("ENTERPRISE", "MEDIA_REQUIRED")):
        unit, officer = await _submitted(served, operators=2)
        await officer.act("Accept", unit)
        payload = await officer.act("Approve", unit, mediaSupply=supply)
        assert payload["application"]["status"] == status
        cards = await officer.cards(unit)
        assert [card["kind"] for card in cards] == ["LEGAL", "OPERATOR", "OPERATOR"]
        assert {card["status"] for card in cards} == {"PENDING"}
