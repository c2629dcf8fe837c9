"""A unit with its legal card in hand only queries by password (requirements, People; §2.3)."""

from typing import Any

import pytest
from strawberry.utils.str_converters import to_camel_case

from models.account import Account, Session
from models.application import Application, Attachment
from models.enums import ApplicationKind, ApplicationStatus, AttachmentKind, SignInMethod
from models.public_id import Kind, public_id
from schema.filling import Filling
from tests.actors import Unit
from tests.cards import make_card
from tests.conftest import Served
from tests.identities import person

# fmt: off
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "startApplication":      ("Start",                 {"kind": "NEW_CARDS"}),
    "saveUnit":              ("SaveUnit",              {"street": "x"}),
    "saveLegalCard":         ("SaveLegalCard",         {"email": "a@example.com"}),
    "saveOperator":          ("SaveOperator",          {"name": "张三"}),
    "removeOperator":        ("RemoveOperator",        {"operatorId": "opr-1"}),
    "createOperatorAccount": ("CreateOperatorAccount", {"username": "somebody", **person()}),
    "addExistingOperators":  ("AddExistingOperators",  {"operatorAccountIds": ["acc-1"]}),
    "saveAgent":             ("SaveAgent",             {"source": "LEGAL_PERSON"}),
    "saveDelivery":          ("SaveDelivery",          {"method": "PICKUP"}),
    "clearStep":             ("ClearStep",             {"step": "UNIT"}),
    "prepareAttachment":     ("PrepareAttachment",     {"kind": "BUSINESS_LICENCE", "size": 1,
                                                        "fileName": "a.png",
                                                        "contentType": "image/png"}),
    "removeAttachment":      ("RemoveAttachment",      {}),
    "discardApplication":    ("Discard",               {}),
    "sendSubmissionCode":    ("SendSubmissionCode",    {}),
    "submitApplication":     ("Submit",                {"declarationAccepted": True,
                                                        "smsCode": "000000"}),
    "withdrawApplication":   ("Withdraw",              {}),
}
WITHOUT_APPLICATION = {"startApplication", "createOperatorAccount", "removeAttachment"}
WITHOUT_VERSION = {"prepareAttachment", "sendSubmissionCode"}
# fmt: on


@pytest.fixture
async def unit(served: Served) -> Unit:
    return await served.unit()


async def _draft(unit: Unit) -> Application:
    """A draft beside the card, as the businesses after the first card have it."""
    account = await Account.get(username=unit.account["username"])
    row = await Application.create(
        kind=ApplicationKind.NEW_CARDS, enterprise_id=account.enterprise_id
    )
    unit.id, unit.version = public_id(Kind.APPLICATION, row.id), row.version
    return row


async def _paper(application: Application) -> str:
    row = await Attachment.create(
        application=application,
        kind=AttachmentKind.BUSINESS_LICENCE,
        file_name="a.png",
        content_type="image/png",
        size=1,
        storage_key="0",
    )
    return public_id(Kind.ATTACHMENT, row.id)


async def _told(unit: Unit, paper: str) -> dict[str, list[str]]:
    """What every act of a unit answers."""
    codes = {}
    for name, (operation, told) in ACTS.items():
        named: dict[str, Any] = {} if name in WITHOUT_APPLICATION else {"applicationId": unit.id}
        if named and name not in WITHOUT_VERSION:
            named["version"] = unit.version
        if name == "removeAttachment":
            named = {"attachmentId": paper}
        codes[name] = [
            code.split(":")[1] for code in await unit.client.codes(operation, **named, **told)
        ]
    return codes


async def test_by_password_a_unit_with_its_card_does_nothing(served: Served, unit: Unit) -> None:
    await make_card(served, unit)
    draft = await _draft(unit)
    told = await _told(unit, await _paper(draft))
    names = {to_camel_case(field.name) for field in Filling.__strawberry_definition__.fields}
    assert set(told) == names, "an act of the unit has no row here"
    assert told.pop("startApplication") == ["HAS_LEGAL_CARD"]
    assert told == {name: ["CARD_NEEDED"] for name in told}
    detail = await unit.detail()
    assert detail["availableActions"] == []
    assert detail["version"] == 1


async def test_by_card_it_does_what_the_workflow_allows(served: Served, unit: Unit) -> None:
    await make_card(served, unit)
    draft = await _draft(unit)
    await Session.all().update(signed_in_by=SignInMethod.CARD)
    assert (await unit.detail())["availableActions"] == ["SAVE", "DISCARD", "SUBMIT"]
    told = await _told(unit, await _paper(draft))
    assert [name for name, codes in told.items() if "CARD_NEEDED" in codes] == []
    assert told["saveUnit"] == told["createOperatorAccount"] == []


async def test_by_password_it_still_queries(served: Served, unit: Unit) -> None:
    await make_card(served, unit)
    await _draft(unit)
    assert (await unit.detail())["status"] == "DRAFT"
    assert len((await unit.client.ask("Applications"))["nodes"]) == 2
    (may,) = (await unit.client.ask("Viewer"))["mayStart"]
    assert not may["allowed"]
    assert "法人卡" in may["reason"]


async def test_while_the_maker_has_the_card_nothing_changes(served: Served, unit: Unit) -> None:
    card = await make_card(served, unit, status=ApplicationStatus.PRODUCING)
    unit.id = public_id(Kind.APPLICATION, card.application_id)
    assert await unit.client.codes("CreateOperatorAccount", username="somebody", **person()) == []
    assert await unit.codes("SaveUnit", street="x") == ["applicationId:WRONG_STATE"]
    (may,) = (await unit.client.ask("Viewer"))["mayStart"]
    assert not may["allowed"]


async def test_the_card_of_another_unit_changes_nothing(served: Served, unit: Unit) -> None:
    await make_card(served, await served.unit())
    await unit.start()
    assert (await unit.detail())["availableActions"] == ["SAVE", "DISCARD", "SUBMIT"]
    assert await unit.codes("SaveUnit", street="x") == []


async def test_what_a_unit_never_does_is_forbidden_with_a_card_too(
    served: Served, unit: Unit
) -> None:
    await make_card(served, unit)
    await _draft(unit)
    for operation in ("Accept", "Produce"):
        codes = await unit.client.codes(operation, applicationId=unit.id)
        assert codes == ["applicationId:FORBIDDEN"]
