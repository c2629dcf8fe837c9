"""Filling the wizard in: what is matched, what is wrong, what is kept and what is let go."""

from typing import Any

from tests.actors import Unit
from tests.conftest import Served
from tests.identities import person


async def _started(served: Served) -> Unit:
    return await (await served.unit()).start()


async def _problems(unit: Unit, step: str) -> list[str]:
    steps = {found["step"]: found for found in (await unit.detail())["steps"]}
    return [f"{'.'.join(p['path'])}:{p['code']}" for p in steps[step]["problems"]]


async def _fields(unit: Unit, step: str) -> dict[str, dict[str, Any]]:
    steps = {found["step"]: found for found in (await unit.detail())["steps"]}
    return {field["name"]: field for field in steps[step]["fields"]}


async def test_the_manuals_example_beijing_made_in_tianjin(served: Served) -> None:
    unit = await _started(served)
    await unit.choose_place(region="110105", maker="天津制卡中心")
    matched = (await unit.detail())["unit"]
    assert matched["dataCentre"]["name"] == "北京制卡中心"
    assert matched["maker"]["name"] == "天津制卡中心"
    assert matched["issuer"]["name"] == "天津制卡中心"


async def test_the_next_application_may_choose_shijiazhuang(served: Served) -> None:
    unit = await _started(served)
    await unit.choose_place(maker="天津制卡中心")
    await unit.client.do("Discard", applicationId=unit.id, version=unit.version)
    await unit.start()
    await unit.choose_place(maker="石家庄制卡中心")
    matched = (await unit.detail())["unit"]
    assert matched["dataCentre"]["name"] == "北京制卡中心"
    assert matched["issuer"]["name"] == "石家庄制卡中心"


async def test_an_agency_is_issued_for_by_its_centre(served: Served) -> None:
    unit = await _started(served)
    await unit.choose_place("220102", "吉林省内建行制卡代理点", "WITHIN_PROVINCE")
    matched = (await unit.detail())["unit"]
    assert matched["issuer"]["name"] == "长春制卡中心"


async def test_an_agency_that_was_only_tried_while_mending_is_not_kept_to(served: Served) -> None:
    unit = await _started(served)
    centre = {"region": "220102", "maker": "长春制卡中心", "scope": "WITHIN_PROVINCE"}
    await unit.fill(operators=0, **centre)
    await unit.submit()
    await unit.edit("Withdraw")
    await unit.choose_place("220102", "吉林省内建行制卡代理点", "WITHIN_PROVINCE")
    await unit.choose_place("220102", "长春制卡中心", "WITHIN_PROVINCE")
    await unit.choose_place("220102", "吉林省内建行制卡代理点", "WITHIN_PROVINCE")
    await unit.submit()
    await unit.edit("Withdraw")
    centre_id = await unit.maker("长春制卡中心", "220102")
    told = await unit.codes("SaveUnit", makerId=centre_id)
    assert told == ["makerId:MAKER_LOCKED"]


async def test_a_maker_is_of_the_province_or_of_another_as_chosen(served: Served) -> None:
    visitor = served.visitor()
    within = await visitor.ask("MakersFor", region="220102", scope="WITHIN_PROVINCE")
    across = await visitor.ask("MakersFor", region="220102", scope="CROSS_REGION")
    assert {maker["name"] for maker in within} == {"长春制卡中心", "吉林省内建行制卡代理点"}
    names = {maker["name"] for maker in across}
    assert "天津制卡中心" in names
    assert not names & {"长春制卡中心", "吉林省内建行制卡代理点"}


async def test_a_maker_out_of_the_chosen_scope_is_a_problem(served: Served) -> None:
    unit = await _started(served)
    tianjin = await unit.maker("天津制卡中心")
    place = {"regionCode": "110105", "street": "建国路 1 号"}
    await unit.edit("SaveUnit", **place, makerScope="WITHIN_PROVINCE", makerId=tianjin)
    assert "unit.makerId:MAKER_OUT_OF_SCOPE" in await _problems(unit, "UNIT")


async def test_a_region_is_chosen_to_its_last_level(served: Served) -> None:
    unit = await _started(served)
    for code, problem in (("99", "REGION_UNKNOWN"), ("22", "REGION_INCOMPLETE"), ("71", None)):
        await unit.edit("SaveUnit", regionCode=code)
        told = [line for line in await _problems(unit, "UNIT") if "regionCode" in line]
        assert told == ([f"unit.regionCode:{problem}"] if problem else [])


async def test_a_maker_that_is_none_is_refused(served: Served) -> None:
    unit = await _started(served)
    for maker in ("nonsense", "institution_99999", unit.id, ""):
        assert await unit.codes("SaveUnit", makerId=maker) == ["makerId:MAKER_UNKNOWN"]
    hotline = (await unit.client.ask("Institutions", search="全国热线"))["nodes"][0]["id"]
    assert await unit.codes("SaveUnit", makerId=hotline) == ["makerId:MAKER_UNKNOWN"]


async def test_an_incomplete_step_is_saved_and_says_what_is_missing(served: Served) -> None:
    unit = await _started(served)
    await unit.edit("SaveUnit", street="建国路 1 号")
    assert await _problems(unit, "UNIT") == [
        "unit.regionCode:REQUIRED",
        "unit.makerScope:REQUIRED",
        "unit.makerId:REQUIRED",
        "unit.attachments.BUSINESS_LICENCE:ATTACHMENT_REQUIRED",
    ]
    assert (await unit.detail())["unit"]["street"] == "建国路 1 号"


async def test_a_field_left_out_stays_and_null_empties_it(served: Served) -> None:
    unit = await _started(served)
    await unit.edit("SaveLegalCard", phone="13800138000", email="a@example.com")
    await unit.edit("SaveLegalCard", mediaType="IC_CARD")
    card = (await unit.detail())["legalCard"]
    assert (card["phone"], card["email"], card["mediaType"]) == (
        "13800138000",
        "a@example.com",
        "IC_CARD",
    )
    await unit.edit("SaveLegalCard", email=None)
    assert (await unit.detail())["legalCard"]["email"] is None


async def test_a_malformed_value_comes_back_as_a_problem_on_its_field(served: Served) -> None:
    unit = await _started(served)
    await unit.edit("SaveLegalCard", phone="123", email="nobody", mediaType="USB_KEY")
    assert await _problems(unit, "LEGAL_CARD") == [
        "legalCard.phone:MOBILE_INVALID",
        "legalCard.email:EMAIL_INVALID",
        "legalCard.attachments.LEGAL_PERSON_ID:ATTACHMENT_REQUIRED",
    ]
    assert (await unit.detail())["legalCard"]["phone"] == "123"


async def test_what_comes_from_the_registration_is_grey_and_what_is_needed_starred(
    served: Served,
) -> None:
    unit = await _started(served)
    fields = await _fields(unit, "UNIT")
    assert fields["name"] == {"name": "name", "required": True, "readOnly": True}
    assert fields["street"] == {"name": "street", "required": True, "readOnly": False}
    fields = await _fields(unit, "LEGAL_CARD")
    assert fields["idNumber"]["readOnly"] is True
    assert fields["phone"] == {"name": "phone", "required": True, "readOnly": False}


async def test_an_old_version_is_refused_and_told_the_present_one(served: Served) -> None:
    unit = await _started(served)
    query = """mutation($input: SaveUnitInput!) { saveUnit(input: $input) { application { id }
        errors { code path ... on VersionConflict { currentVersion } } } }"""
    stale = {"applicationId": unit.id, "version": unit.version, "street": "甲"}
    await unit.edit("SaveUnit", street="乙")
    answer = (await unit.client.query(query, input=stale))["saveUnit"]
    assert answer["application"] is None
    (error,) = answer["errors"]
    assert error == {
        "code": "VERSION_CONFLICT",
        "path": ["version"],
        "currentVersion": unit.version,
    }
    assert (await unit.detail())["unit"]["street"] == "乙"


# operators


async def test_an_operator_is_kept_as_a_draft_and_confirmed_when_complete(served: Served) -> None:
    unit = await _started(served)
    payload = await unit.edit("SaveOperator", name="王芳", idNumber="22010")
    assert payload["operator"]["status"] == "DRAFT"
    operator = payload["operator"]["id"]
    told = await unit.codes("SaveOperator", operatorId=operator, confirm=True)
    assert {"idNumber:RESIDENT_ID_FORMAT", "phone:REQUIRED", "mediaType:REQUIRED"} <= set(told)
    assert (await unit.detail())["operators"][0]["status"] == "DRAFT"
    complete = {**person(), "mediaType": "IC_CARD", "confirm": True}
    payload = await unit.edit("SaveOperator", operatorId=operator, **complete)
    assert payload["operator"]["status"] == "CONFIRMED"
    path = f"operators.{operator}.attachments.OPERATOR_ID"
    assert await _problems(unit, "OPERATORS") == [f"{path}:ATTACHMENT_REQUIRED"]


async def test_an_operator_edited_without_confirming_is_a_draft_again(served: Served) -> None:
    unit = await _started(served)
    operator = await unit.add_operator()
    await unit.edit("SaveOperator", operatorId=operator, phone="13800138001")
    assert f"operators.{operator}.status:OPERATOR_NOT_CONFIRMED" in await _problems(
        unit, "OPERATORS"
    )


async def test_a_person_has_one_operator_card_and_the_legal_person_none(served: Served) -> None:
    unit = await _started(served)
    someone = person()
    await unit.add_operator(**someone)
    again = {**someone, "name": "别名", "phone": "13800138001"}
    assert await unit.codes("SaveOperator", **again) == ["idNumber:OPERATOR_DUPLICATE"]
    lower = {**again, "idNumber": f" {someone['idNumber'].lower()} "}
    assert await unit.codes("SaveOperator", **lower) == ["idNumber:OPERATOR_DUPLICATE"]
    legal = {**person(), "idNumber": unit.unit["idNumber"]}
    assert await unit.codes("SaveOperator", **legal) == ["idNumber:OPERATOR_IS_LEGAL_PERSON"]


async def test_editing_does_not_make_two_operators_one_person(served: Served) -> None:
    unit = await _started(served)
    one, other = person(), person()
    await unit.add_operator(**one)
    second = await unit.add_operator(**other)
    told = await unit.codes("SaveOperator", operatorId=second, idNumber=one["idNumber"])
    assert told == ["idNumber:OPERATOR_DUPLICATE"]
    await unit.edit("SaveOperator", operatorId=second, idNumber=other["idNumber"], confirm=True)


async def test_a_first_application_has_at_most_ten_operators(served: Served) -> None:
    unit = await _started(served)
    for _ in range(10):
        await unit.edit("SaveOperator", **person())
    assert await unit.codes("SaveOperator", **person()) == [":OPERATOR_LIMIT"]
    made = await unit.client.do("CreateOperatorAccount", username=f"op-{unit.id}", **person())
    ids = [made["operatorAccount"]["id"]]
    assert await unit.codes("AddExistingOperators", operatorAccountIds=ids) == [":OPERATOR_LIMIT"]


async def test_an_operator_of_another_application_is_not_found(served: Served) -> None:
    one, other = await _started(served), await _started(served)
    operator = await other.add_operator()
    for operation in ("SaveOperator", "RemoveOperator"):
        assert await one.codes(operation, operatorId=operator) == ["operatorId:NOT_FOUND"]


async def test_existing_people_are_added_with_nothing_to_re_enter(served: Served) -> None:
    unit = await _started(served)
    people = []
    for number in range(2):
        told = {"username": f"existing-{number}-{unit.id}", **person()}
        made = await unit.client.do("CreateOperatorAccount", **told)
        people.append(made["operatorAccount"]["id"])
    payload = await unit.edit("AddExistingOperators", operatorAccountIds=people)
    assert [row["status"] for row in payload["application"]["operators"]] == ["CONFIRMED"] * 2
    again = await unit.codes("AddExistingOperators", operatorAccountIds=people[:1])
    assert again == ["operatorAccountIds.0:OPERATOR_DUPLICATE"]
    assert await unit.codes("AddExistingOperators", operatorAccountIds=[]) == [
        "operatorAccountIds:NOTHING_CHOSEN"
    ]


async def test_people_of_another_unit_are_not_found_and_none_is_added(served: Served) -> None:
    one, other = await _started(served), await _started(served)
    theirs = await other.client.do("CreateOperatorAccount", username=f"x-{other.id}", **person())
    mine = await one.client.do("CreateOperatorAccount", username=f"y-{one.id}", **person())
    ids = [made["operatorAccount"]["id"] for made in (mine, theirs)]
    told = await one.codes("AddExistingOperators", operatorAccountIds=ids)
    assert told == ["operatorAccountIds.1:NOT_FOUND"]
    assert (await one.detail())["operators"] == []


async def test_an_operator_account_is_refused_for_all_that_is_wrong(served: Served) -> None:
    unit = await served.unit()
    someone = {"username": f"op-{unit.account['username']}", **person()}
    wrong = {**someone, "username": "x", "phone": "1", "email": "e", "country": "X"}
    assert set(await unit.client.codes("CreateOperatorAccount", **wrong)) == {
        "username:USERNAME_FORMAT",
        "phone:MOBILE_INVALID",
        "email:EMAIL_INVALID",
        "country:COUNTRY_UNKNOWN",
    }
    await unit.client.do("CreateOperatorAccount", **someone)
    assert await unit.client.codes("CreateOperatorAccount", **someone) == [
        "username:USERNAME_TAKEN",
        "idNumber:OPERATOR_DUPLICATE",
    ]
    legal = {**person(), "username": "legal-person", "idNumber": unit.unit["idNumber"]}
    assert await unit.client.codes("CreateOperatorAccount", **legal) == [
        "idNumber:OPERATOR_IS_LEGAL_PERSON"
    ]


# agent


async def test_removing_the_operator_who_is_the_agent_resets_the_agent(served: Served) -> None:
    unit = await _started(served)
    operator = await unit.add_operator()
    await unit.edit("SaveAgent", source="OPERATOR", operatorId=operator)
    assert (await unit.detail())["agent"]["source"] == "OPERATOR"
    await unit.edit("RemoveOperator", operatorId=operator)
    detail = await unit.detail()
    assert detail["agent"] is None
    assert detail["operators"] == []
    assert [paper["kind"] for paper in detail["attachments"]] == []
    assert await _problems(unit, "AGENT") == ["agent.source:REQUIRED"]


async def test_an_agent_is_an_operator_of_this_application_or_says_who(served: Served) -> None:
    unit, other = await _started(served), await _started(served)
    operator = await other.add_operator()
    told = await unit.codes("SaveAgent", source="OPERATOR", operatorId=operator)
    assert told == ["operatorId:AGENT_OPERATOR_MISSING"]
    await unit.edit("SaveAgent", source="OPERATOR")
    assert await _problems(unit, "AGENT") == ["agent.operatorId:AGENT_OPERATOR_MISSING"]
    await unit.edit("SaveAgent", source="LEGAL_PERSON")
    assert await _problems(unit, "AGENT") == ["agent.phone:AGENT_PHONE_MISSING"]
    await unit.edit("SaveAgent", source="OTHER", name="李四")
    problems = await _problems(unit, "AGENT")
    assert "agent.phone:REQUIRED" in problems
    assert "agent.attachments.AGENT_ID:ATTACHMENT_REQUIRED" in problems


async def test_another_agents_data_and_papers_go_when_the_legal_person_acts(
    served: Served,
) -> None:
    unit = await _started(served)
    await unit.edit("SaveAgent", source="OTHER", **person())
    await unit.upload("AGENT_ID")
    assert await _problems(unit, "AGENT") == []
    await unit.edit("SaveAgent", source="LEGAL_PERSON")
    detail = await unit.detail()
    assert detail["attachments"] == []
    assert detail["agent"]["name"] == unit.unit["legalPersonName"]


# delivery


async def test_only_a_maker_that_mails_can_be_asked_to(served: Served) -> None:
    unit = await _started(served)
    mail = {"method": "MAIL", "contact": "王芳", "phone": "0431-84601888", "address": "长春市"}
    await unit.choose_place("220102", "长春制卡中心", "WITHIN_PROVINCE")
    await unit.edit("SaveDelivery", **mail)
    assert await _problems(unit, "DELIVERY") == []
    assert (await unit.detail())["remarks"] == "邮寄：长春市+王芳+0431-84601888（只要一张法人卡）"
    await unit.choose_place("220102", "吉林省内建行制卡代理点", "WITHIN_PROVINCE")
    assert await _problems(unit, "DELIVERY") == ["delivery.method:DELIVERY_METHOD_UNAVAILABLE"]
    await unit.edit("SaveDelivery", method="PICKUP")
    assert await _problems(unit, "DELIVERY") == []
    assert (await unit.detail())["remarks"] == "自取+王芳+0431-84601888（只要一张法人卡）"


async def test_a_delivery_says_what_it_lacks(served: Served) -> None:
    unit = await _started(served)
    await unit.edit("SaveDelivery", method="MAIL", phone="12-x")
    assert await _problems(unit, "DELIVERY") == [
        "delivery.contact:REQUIRED",
        "delivery.phone:PHONE_INVALID",
        "delivery.address:REQUIRED",
    ]
    assert (await _fields(unit, "DELIVERY"))["address"]["required"] is True


# deleting


async def test_a_step_is_deleted_with_its_papers_and_only_after_a_save(served: Served) -> None:
    unit = await _started(served)
    for step in ("UNIT", "LEGAL_CARD", "OPERATORS", "AGENT", "DELIVERY"):
        assert await unit.codes("ClearStep", step=step) == ["step:STEP_NOT_SAVED"]
    await unit.fill()
    for step in ("UNIT", "LEGAL_CARD", "OPERATORS", "AGENT", "DELIVERY"):
        await unit.edit("ClearStep", step=step)
        assert await unit.codes("ClearStep", step=step) == ["step:STEP_NOT_SAVED"]
    detail = await unit.detail()
    assert detail["attachments"] == []
    assert detail["operators"] == []
    assert detail["agent"] is None
    assert detail["unit"]["street"] is None
    assert detail["delivery"] is None or detail["delivery"]["method"] is None


async def test_deleting_the_whole_leaves_nothing_to_see(served: Served) -> None:
    unit = await _started(served)
    await unit.fill()
    urls = [paper["url"] for paper in (await unit.detail())["attachments"]]
    await unit.client.do("Discard", applicationId=unit.id, version=unit.version)
    assert await unit.detail() is None
    for url in urls:
        assert (await unit.client.http.get(unit.client.url + url)).status_code == 404
    assert (await unit.client.ask("Applications"))["totalCount"] == 0
    assert await unit.codes("SaveUnit", street="x") == ["applicationId:NOT_FOUND"]
    await unit.start()
