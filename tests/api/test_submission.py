"""Submitting and withdrawing: nothing goes that is not whole, declared and confirmed by code."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from models.enums import VerificationOutcome
from models.verification import Subject
from resolvers.verifier import Answer
from tests.actors import Unit
from tests.conftest import Served
from tests.identities import person, resident_id

NO_CODE = "000000"
REFUSED = """mutation($input: SubmitApplicationInput!) { submitApplication(input: $input) {
    errors { code ... on ProblemsRemain { problems { path code severity message } } } } }"""


async def _filled(served: Served, operators: int = 1) -> Unit:
    unit = await (await served.unit()).start()
    return await unit.fill(operators)


async def _codes(unit: Unit, **changes: Any) -> list[str]:
    told = {"declarationAccepted": True, "smsCode": NO_CODE, **changes}
    return await unit.codes("Submit", **told)


async def _problems(unit: Unit, **changes: Any) -> list[str]:
    """What the refusal says is still wrong."""
    told = {"declarationAccepted": True, "smsCode": NO_CODE, **changes}
    input_ = {"applicationId": unit.id, "version": unit.version, **told}
    errors = (await unit.client.query(REFUSED, input=input_))["submitApplication"]["errors"]
    found = [problem for error in errors for problem in error.get("problems", [])]
    assert all(problem["message"] for problem in found)
    return [f"{'.'.join(problem['path'])}:{problem['code']}" for problem in found]


async def test_an_application_that_is_not_whole_is_not_submitted(served: Served) -> None:
    unit = await (await served.unit()).start()
    assert await _codes(unit) == ["applicationId:STEPS_INCOMPLETE"]
    problems = await _problems(unit)
    assert {
        "unit.regionCode:REQUIRED",
        "legalCard.phone:REQUIRED",
        "agent.source:REQUIRED",
        "delivery.method:REQUIRED",
    } <= set(problems)
    assert (await unit.detail())["status"] == "DRAFT"


async def test_the_declaration_is_needed(served: Served) -> None:
    unit = await _filled(served)
    told = await _codes(unit, declarationAccepted=False)
    assert told == ["declarationAccepted:DECLARATION_REQUIRED"]


async def test_an_operator_still_in_draft_blocks(served: Served) -> None:
    unit = await _filled(served)
    payload = await unit.edit("SaveOperator", **person(), mediaType="USB_KEY")
    operator = payload["operator"]["id"]
    await unit.upload("OPERATOR_ID", operator)
    assert await _problems(unit) == [f"operators.{operator}.status:OPERATOR_NOT_CONFIRMED"]


async def test_the_code_is_the_agents_of_this_application_and_used_once(served: Served) -> None:
    unit = await _filled(served)
    assert await _codes(unit) == ["smsCode:SMS_CODE_WRONG"]
    code = await unit.submission_code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert await _codes(unit, smsCode=wrong) == ["smsCode:SMS_CODE_WRONG"]
    await unit.edit("Submit", declarationAccepted=True, smsCode=code)
    await unit.edit("Withdraw")
    assert await _codes(unit, smsCode=code) == ["smsCode:SMS_CODE_EXPIRED"]


async def test_a_code_expires_and_a_changed_agent_needs_another(served: Served) -> None:
    unit = await _filled(served)
    code = await unit.submission_code()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert await _codes(unit, smsCode=code) == ["smsCode:SMS_CODE_EXPIRED"]
    await unit.edit("SaveLegalCard", phone="13500000001")
    assert await _codes(unit, smsCode=code) == ["smsCode:SMS_CODE_WRONG"]


async def test_many_codes_asked_for_at_once_send_one(served: Served) -> None:
    unit = await _filled(served)
    told = await asyncio.gather(
        *(unit.client.codes("SendSubmissionCode", applicationId=unit.id) for _ in range(8))
    )
    assert told.count([]) == 1
    assert told.count(["applicationId:SMS_TOO_SOON"]) == 7
    sent = [row for row in await unit.client.outbox(unit.account["phone"]) if row["code"]]
    assert len(sent) == 2  # registering, and this one


async def test_a_code_needs_an_agent_who_can_be_reached(served: Served) -> None:
    unit = await (await served.unit()).start()
    told = await unit.client.codes("SendSubmissionCode", applicationId=unit.id)
    assert told == ["applicationId:AGENT_PHONE_MISSING"]
    await unit.edit("SaveAgent", source="OTHER", phone="123")
    told = await unit.client.codes("SendSubmissionCode", applicationId=unit.id)
    assert told == ["applicationId:MOBILE_INVALID"]


async def test_a_mismatch_is_a_warning_that_is_confirmed_and_shown_to_the_issuer(
    served: Served,
) -> None:
    unit = await (await served.unit()).start()
    served.verifier.doubt(unit.unit["legalPersonName"])
    served.verifier.doubt(unit.unit["unifiedSocialCreditCode"])
    await unit.fill()
    assert await _codes(unit) == ["acknowledgedWarnings:WARNINGS_UNACKNOWLEDGED"]
    assert await _problems(unit) == ["unit:UNIT_MISMATCH", "legalCard:PERSON_MISMATCH"]
    assert await _problems(unit, acknowledgedWarnings=["UNIT_MISMATCH"]) == [
        "legalCard:PERSON_MISMATCH"
    ]
    await unit.submit(acknowledgedWarnings=["UNIT_MISMATCH", "PERSON_MISMATCH"])
    officer = await served.officer("tianjin")
    query = """query($id: ID!) { application(id: $id) {
        verifications { path outcome acknowledgedAt } } }"""
    seen = (await officer.client.query(query, id=unit.id))["application"]["verifications"]
    doubted = {".".join(v["path"]): v["acknowledgedAt"] for v in seen if v["outcome"] == "MISMATCH"}
    assert set(doubted) == {"unit", "legalCard"}
    assert all(doubted.values())
    matched = [v for v in seen if v["outcome"] == "MATCH"]
    assert matched
    assert all(v["acknowledgedAt"] is None for v in matched)


async def test_any_warning_that_was_confirmed_is_shown_to_the_issuer_as_confirmed(
    served: Served,
) -> None:
    unit = await (await served.unit()).start()
    await unit.fill(operators=0)
    young = {**person(), "idNumber": resident_id(7, "20010203"), "idValidTo": "00000000"}
    await unit.add_operator(**young)
    assert await _codes(unit) == ["acknowledgedWarnings:WARNINGS_UNACKNOWLEDGED"]
    (problem,) = await _problems(unit)
    assert problem.endswith(":LONG_TERM_BEFORE_46")
    await unit.submit(acknowledgedWarnings=["LONG_TERM_BEFORE_46"])
    officer = await served.officer("tianjin")
    query = (
        "query($id: ID!) { application(id: $id) { acknowledgedWarnings { path code message } } }"
    )
    (warning,) = (await officer.client.query(query, id=unit.id))["application"][
        "acknowledgedWarnings"
    ]
    assert warning["code"] == "LONG_TERM_BEFORE_46"
    assert warning["path"][0] == "operators"
    assert "46" in warning["message"]


async def test_a_late_answer_about_data_that_have_changed_since_is_none(served: Served) -> None:
    unit = await (await served.unit()).start()
    await unit.fill(operators=0)
    first, second = asyncio.Event(), asyncio.Event()
    real = served.verifier.verify

    async def slow(subject: Subject) -> Answer:
        answer = await real(subject)
        if subject.person.name == "甲甲":
            first.set()
            await second.wait()
        return answer

    told = {**person(), "mediaType": "USB_KEY", "confirm": True}
    served.verifier.verify = slow
    served.verifier.doubt("乙乙")
    late = asyncio.create_task(
        unit.client.ask("SaveOperator", input={**told, "name": "甲甲", **_at(unit)})
    )
    await first.wait()
    await unit.refresh()
    operator = (await unit.detail())["operators"][0]["id"]
    await unit.edit("SaveOperator", operatorId=operator, **{**told, "name": "乙乙"})
    second.set()
    await late
    await unit.upload("OPERATOR_ID", operator)
    assert await _codes(unit) == ["acknowledgedWarnings:WARNINGS_UNACKNOWLEDGED"]


def _at(unit: Unit) -> dict[str, Any]:
    return {"applicationId": unit.id, "version": unit.version}


async def test_a_verifier_that_is_away_stops_nobody_and_is_seen(served: Served) -> None:
    unit = await (await served.unit()).start()
    served.verifier.doubt(unit.unit["legalPersonName"], VerificationOutcome.UNAVAILABLE)
    await unit.fill()
    await unit.submit()
    query = "query($id: ID!) { application(id: $id) { verifications { outcome } } }"
    seen = (await unit.client.query(query, id=unit.id))["application"]["verifications"]
    assert "UNAVAILABLE" in [row["outcome"] for row in seen]


async def test_success_shows_the_number_which_stays(served: Served) -> None:
    unit = await _filled(served)
    number = (await unit.submit())["application"]["number"]
    assert number
    await unit.edit("Withdraw")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        assert (await unit.submit())["application"]["number"] == number


async def test_submitting_twice_at_once_submits_once(served: Served) -> None:
    unit = await _filled(served)
    code = await unit.submission_code()
    told = await asyncio.gather(*(_codes(unit, smsCode=code) for _ in range(4)))
    assert told.count([]) == 1
    assert {line[0].split(":")[1] for line in told if line} <= {
        "WRONG_STATE",
        "VERSION_CONFLICT",
        "SMS_CODE_EXPIRED",
    }
    types = [e["type"] for e in (await unit.detail())["timeline"]["nodes"]]
    assert types == ["STARTED", "SUBMITTED"]


async def test_two_starts_at_once_make_one_application(served: Served) -> None:
    unit = await served.unit()
    told = await asyncio.gather(*(unit.client.codes("Start", kind="NEW_CARDS") for _ in range(5)))
    assert told.count([]) == 1
    assert told.count(["kind:UNFINISHED_APPLICATION"]) == 4
    assert (await unit.client.ask("Applications"))["totalCount"] == 1
    may = (await unit.client.ask("Viewer"))["mayStart"][0]
    assert may["allowed"] is False
    assert may["reason"]


async def test_a_returned_application_is_unfinished_too(served: Served) -> None:
    unit = await _filled(served)
    await unit.submit()
    officer = await served.officer("tianjin")
    reason = {"category": "OTHER", "code": "COUNTER", "path": []}
    await officer.act("Return", unit, reasons=[reason])
    assert await unit.client.codes("Start", kind="NEW_CARDS") == ["kind:UNFINISHED_APPLICATION"]


async def test_accepting_and_withdrawing_at_once_has_one_winner(served: Served) -> None:
    unit, officer = await _filled(served), await served.officer("tianjin")
    await unit.submit()
    accepted, withdrawn = await asyncio.gather(
        officer.codes("Accept", unit), unit.codes("Withdraw")
    )
    assert (accepted == []) is not (withdrawn == [])
    status = (await unit.detail())["status"]
    assert status == ("IN_REVIEW" if accepted == [] else "DRAFT")
    loser = withdrawn if accepted == [] else accepted
    assert loser[0].split(":")[1] in {"WRONG_STATE", "VERSION_CONFLICT"}


async def test_what_was_accepted_cannot_be_withdrawn_or_changed(served: Served) -> None:
    unit, officer = await _filled(served), await served.officer("tianjin")
    await unit.submit()
    assert await unit.codes("SaveUnit", street="x") == ["applicationId:WRONG_STATE"]
    await officer.act("Accept", unit)
    await unit.refresh()
    for operation, told in (
        ("Withdraw", {}),
        ("SaveUnit", {"street": "x"}),
        ("ClearStep", {"step": "UNIT"}),
        ("Discard", {}),
    ):
        assert await unit.codes(operation, **told) == ["applicationId:WRONG_STATE"]


async def test_a_banks_agency_cannot_be_changed_once_submitted(served: Served) -> None:
    unit = await (await served.unit()).start()
    agency = {"region": "220102", "maker": "吉林省内建行制卡代理点", "scope": "WITHIN_PROVINCE"}
    await unit.fill(operators=0, **agency)
    await unit.choose_place("220102", "长春制卡中心", "WITHIN_PROVINCE")
    await unit.choose_place(**agency)
    await unit.submit()
    await unit.edit("Withdraw")
    other = await unit.maker("长春制卡中心", "220102")
    assert await unit.codes("SaveUnit", makerId=other) == ["makerId:MAKER_LOCKED"]
    assert await unit.codes("ClearStep", step="UNIT") == ["step:MAKER_LOCKED"]
    await unit.edit("SaveUnit", street="人民大街 1 号")
    steps = {step["step"]: step for step in (await unit.detail())["steps"]}
    fields = {field["name"]: field["readOnly"] for field in steps["UNIT"]["fields"]}
    assert fields["makerId"] is True
    assert fields["street"] is False


async def test_discarding_and_submitting_at_once_has_one_winner(served: Served) -> None:
    unit = await _filled(served)
    code = await unit.submission_code()
    submitted, discarded = await asyncio.gather(_codes(unit, smsCode=code), unit.codes("Discard"))
    assert (submitted == []) is not (discarded == [])
