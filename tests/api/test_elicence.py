"""Registering by e-licence (manual Fig 9): what it shows, whom it registers, and once."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.enterprise import Enterprise
from models.used_assertion import UsedAssertion
from resolvers.sweeping import sweep
from server.settings import Environment, Settings
from tests.accounts import after, codes
from tests.actors import Unit, sign_in
from tests.conftest import Served
from tests.elicence import claims_of, form_of, issuer_of, moment, read, refused, register
from tests.identities import unit
from tests.needles import database, found
from tests.trail import last, trail

EXPIRED = ["assertion:ELICENCE_EXPIRED"]
USED = ["assertion:ELICENCE_USED"]
DOOR = "registerWithELicence"
WIZARD = """query($id: ID!) { application(id: $id) {
    enterprise { name unifiedSocialCreditCode registeredBy licenceNumber }
    steps { step fields { name readOnly } }
    legalCard { name idType idNumber idValidFrom idValidTo country } } }"""


async def _started(visitor: Unit) -> dict[str, Any]:
    """Sign in and look at the wizard."""
    await sign_in(visitor.client, visitor.account["username"], visitor.account["password"])
    await visitor.start()
    told: dict[str, Any] = (await visitor.client.query(WIZARD, id=visitor.id))["application"]
    return told


async def test_what_the_licence_says_is_shown_and_uses_nothing_up(served: Served) -> None:
    visitor, issuer = Unit(served.visitor()), issuer_of(served)
    claims = issuer.claims(visitor.unit)
    shown = await read(visitor.client, issuer.sign(claims))
    assert await read(visitor.client, issuer.sign(claims)) == shown
    assert await UsedAssertion.all().count() == 0
    number = visitor.unit["idNumber"]
    assert shown == {
        "unifiedSocialCreditCode": visitor.unit["unifiedSocialCreditCode"],
        "organizationCode": visitor.unit["organizationCode"],
        "name": visitor.unit["name"],
        "licenceNumber": claims["licence_number"],
        "legalPersonName": visitor.unit["legalPersonName"],
        "legalPersonIdType": "RESIDENT_ID",
        "legalPersonIdNumber": f"{number[:3]}{'*' * 11}{number[-4:]}",
        "legalPersonIdValidFrom": "20200101",
        "legalPersonIdValidTo": "20400101",
        "legalPersonCountry": "CHN",
        "registered": False,
        "expiresAt": shown["expiresAt"],
    }
    assert moment(shown["expiresAt"]).timestamp() == claims["exp"]


async def test_a_unit_registers_signs_in_and_finds_its_step_filled_in(served: Served) -> None:
    visitor, issuer = Unit(served.visitor()), issuer_of(served)
    assertion = issuer.assertion(visitor.unit)
    await register(visitor, assertion)
    told = await _started(visitor)
    assert told["enterprise"] == {
        "name": visitor.unit["name"],
        "unifiedSocialCreditCode": visitor.unit["unifiedSocialCreditCode"],
        "registeredBy": "ELICENCE",
        "licenceNumber": claims_of(visitor.unit)["licence_number"],
    }
    fields = {row["step"]: row["fields"] for row in told["steps"]}
    grey = {field["name"] for field in fields["UNIT"] if field["readOnly"]}
    assert {"unifiedSocialCreditCode", "name"} <= grey
    legal = told["legalCard"]
    assert legal.pop("name") == visitor.unit["legalPersonName"]
    assert legal == {name: visitor.unit[name] for name in legal}
    assert (await read(served.visitor(), issuer.assertion(visitor.unit)))["registered"] is True


async def test_a_legal_person_who_administers_types_nothing_again(served: Served) -> None:
    visitor = Unit(served.visitor())
    await register(visitor, issuer_of(served).assertion(visitor.unit))
    row = await last(what=DOOR)
    assert (row.outcome, row.username) == ("DONE", visitor.account["username"])
    await sign_in(visitor.client, visitor.account["username"], visitor.account["password"])
    viewer = await visitor.client.query("{ viewer { name enterprise { registeredBy } } }")
    assert viewer["viewer"]["name"] == visitor.unit["legalPersonName"]


async def test_another_administrator_says_who_they_are(served: Served) -> None:
    visitor = Unit(served.visitor())
    told = await form_of(visitor, issuer_of(served).assertion(visitor.unit))
    told["administratorIsLegalPerson"] = False
    names = ("name", "idType", "idNumber", "idValidFrom", "idValidTo", "country")
    assert await codes(visitor.client, DOOR, **told) == [f"account.{n}:REQUIRED" for n in names]
    told["account"] = visitor.account
    assert await codes(visitor.client, DOOR, **told) == []
    await sign_in(visitor.client, visitor.account["username"], visitor.account["password"])
    viewer = await visitor.client.query("{ viewer { name } }")
    assert viewer["viewer"]["name"] == visitor.account["name"]


async def test_a_unit_that_typed_is_marked_as_one(served: Served) -> None:
    told = await _started(await Unit(served.visitor()).register())
    assert told["enterprise"]["registeredBy"] == "FORM"
    assert told["enterprise"]["licenceNumber"] is None


async def test_an_assertion_registers_once(served: Served) -> None:
    visitor, issuer = Unit(served.visitor()), issuer_of(served)
    assertion = issuer.assertion(visitor.unit)
    await register(visitor, assertion)
    again = Unit(served.visitor())
    assert await codes(again.client, DOOR, **await form_of(again, assertion)) == USED
    fresh = issuer.assertion(visitor.unit)
    taken = ["assertion.unifiedSocialCreditCode:UNIT_ALREADY_REGISTERED"]
    assert await codes(again.client, DOOR, **await form_of(again, fresh, code="000000")) == taken


async def test_an_id_that_was_used_for_one_unit_is_used_for_another(served: Served) -> None:
    one, other, issuer = Unit(served.visitor()), Unit(served.visitor()), issuer_of(served)
    await register(one, issuer.assertion(one.unit, jti="the same"))
    told = await form_of(other, issuer.assertion(other.unit, jti="the same"))
    assert await codes(other.client, DOOR, **told) == USED


async def test_of_two_at_once_one_registers(served: Served) -> None:
    issuer, form = issuer_of(served), unit()
    assertion = issuer.assertion(form)
    visitors = [Unit(served.visitor()) for _ in range(3)]
    forms = [await form_of(visitor, assertion) for visitor in visitors]
    told = await asyncio.gather(
        *(codes(v.client, DOOR, **f) for v, f in zip(visitors, forms, strict=True))
    )
    assert sorted(told) == [[], USED, USED]
    assert await Enterprise.filter(uscc=form["unifiedSocialCreditCode"]).count() == 1


async def test_a_refused_registration_leaves_the_assertion_to_be_tried_again(
    served: Served,
) -> None:
    visitor = Unit(served.visitor())
    told = await form_of(visitor, issuer_of(served).assertion(visitor.unit))
    wrong = f"{(int(told['smsCode']) + 1) % 10**6:06d}"
    assert await codes(visitor.client, DOOR, **{**told, "smsCode": wrong}) == [
        "smsCode:SMS_CODE_WRONG"
    ]
    weak = {**told["account"], "passwordConfirmation": "another one"}
    assert await codes(visitor.client, DOOR, **{**told, "account": weak}) == [
        "account.passwordConfirmation:PASSWORD_MISMATCH"
    ]
    assert await codes(visitor.client, DOOR, **{**told, "consents": ["TERMS"]}) == [
        "consents:CONSENT_REQUIRED"
    ]
    assert await UsedAssertion.all().count() == 0
    assert await codes(visitor.client, DOOR, **told) == []


async def test_time_makes_it_expire_to_both_acts(served: Served) -> None:
    visitor = Unit(served.visitor())
    told = await form_of(visitor, issuer_of(served).assertion(visitor.unit))
    with after(seconds=330):
        assert await refused(visitor.client, told["assertion"]) == []
    with after(seconds=370):
        assert await refused(visitor.client, told["assertion"]) == EXPIRED
        assert await codes(visitor.client, DOOR, **told) == EXPIRED


async def test_used_assertions_are_swept_when_they_are_too_old_anyway(served: Served) -> None:
    visitor = Unit(served.visitor())
    await register(visitor, issuer_of(served).assertion(visitor.unit))
    with after(minutes=20):
        await sweep()
        assert await UsedAssertion.all().count() == 1
    with after(minutes=70):
        await sweep()
        assert await UsedAssertion.all().count() == 0


async def test_a_legal_persons_number_is_nowhere_in_clear(
    served: Served, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    visitor, issuer = Unit(served.visitor()), issuer_of(served)
    assertion = issuer.assertion(visitor.unit)
    with caplog.at_level(logging.DEBUG, "server"):
        await read(visitor.client, assertion)
        await refused(visitor.client, f"{assertion}x")
        await register(visitor, assertion)
    number, body = visitor.unit["idNumber"], assertion.split(".")[1]
    assert found(await database(settings), [number, body]) == []
    assert found(caplog.text.encode(), [number, body]) == []
    rows = await trail()
    assert {row.what for row in rows} >= {DOOR, "readELicence"}
    assert found(json.dumps([row.plain() for row in rows]).encode(), [number, body]) == []


async def test_the_laptops_issuer_vouches_for_whoever_asks(served: Served) -> None:
    visitor, form = Unit(served.visitor()), unit()
    door = f"{served.url}/dev/elicence"
    invented = (await served.http.post(door)).text
    assert (await read(visitor.client, invented))["registered"] is False
    told = await served.http.post(door, json={"uscc": form["unifiedSocialCreditCode"]})
    shown = await read(visitor.client, told.text)
    assert shown["unifiedSocialCreditCode"] == form["unifiedSocialCreditCode"]
    await register(visitor, told.text)
    for wrong in ('{"exp": 1}', "[1]", '"uscc"', "{", "7"):
        assert (await served.http.post(door, content=wrong)).status_code == 400, wrong
    key = Path(served.engine.settings.data_dir) / "elicence-issuer.json"
    assert key.stat().st_mode & 0o777 == 0o600


async def test_without_an_issuer_the_door_is_closed(
    settings: Settings, serve: Callable[[Settings], Any]
) -> None:
    closed = settings.model_copy(update={"env": Environment.PRODUCTION})
    async with serve(closed) as served:
        visitor = Unit(served.visitor())
        assertion = issuer_of(served).assertion(visitor.unit)
        assert await refused(visitor.client, assertion) == [":ELICENCE_CLOSED"]
        told = await form_of(visitor, assertion, code="000000")
        assert await codes(visitor.client, DOOR, **told) == [":ELICENCE_CLOSED"]
        async with httpx.AsyncClient() as http:
            assert (await http.post(f"{served.url}/dev/elicence")).status_code == 404
