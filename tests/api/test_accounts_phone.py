"""Changing the phone that recovers the account."""

from typing import Any

from models.account import Account
from tests.accounts import codes, done, is_signed_in, login
from tests.actors import Unit
from tests.conftest import Served

NEW = "13900009999"


async def _asked(unit: Unit, phone: str = NEW, *, lost: bool = False) -> dict[str, Any]:
    """The codes that were sent."""
    told = {"password": unit.account["password"], "newPhone": phone, "oldPhoneLost": lost}
    await done(unit.client, "requestPhoneChange", "expiresAt", **told)
    old = unit.account["email"] if lost else unit.account["phone"]
    return {
        "newPhone": phone,
        "smsCode": await unit.client.code_sent_to(phone),
        "proofCode": await unit.client.code_sent_to(old),
        "oldPhoneLost": lost,
    }


async def _phone(unit: Unit) -> str | None:
    return (await Account.get(username=unit.account["username"])).phone


async def test_a_phone_is_changed_by_a_code_to_the_new_and_one_to_the_old(served: Served) -> None:
    unit, other = await served.unit(), served.visitor()
    await login(other, unit.account["username"], unit.account["password"])
    told = await _asked(unit)
    await done(unit.client, "changePhone", **told)
    assert await _phone(unit) == NEW
    assert await is_signed_in(unit.client)
    assert not await is_signed_in(other)
    texts = [row["body"] for row in await unit.client.outbox(unit.account["phone"])]
    assert "已更换" in texts[-1]
    mails = [row["subject"] for row in await unit.client.outbox(unit.account["email"])]
    assert mails == ["【Portcard】手机号码已更换"]
    assert await codes(unit.client, "changePhone", **told) == ["smsCode:SMS_CODE_EXPIRED"]


async def test_a_lost_phone_is_stood_in_for_by_the_mail_address(served: Served) -> None:
    unit = await served.unit()
    told = await _asked(unit, lost=True)
    as_though_not_lost = {**told, "oldPhoneLost": False}
    assert await codes(unit.client, "changePhone", **as_though_not_lost) == [
        "proofCode:SMS_CODE_WRONG"
    ]
    await done(unit.client, "changePhone", **told)
    assert await _phone(unit) == NEW


async def test_one_code_is_not_enough_and_a_code_is_for_one_number(served: Served) -> None:
    unit = await served.unit()
    told = await _asked(unit)
    for name, value in (("smsCode", told["proofCode"]), ("proofCode", told["smsCode"])):
        wrong = {**told, name: value}
        assert await codes(unit.client, "changePhone", **wrong) == [f"{name}:SMS_CODE_WRONG"]
    another = {**told, "newPhone": "13900008888"}
    assert await codes(unit.client, "changePhone", **another) == ["smsCode:SMS_CODE_WRONG"]
    other = await served.unit()
    assert await codes(other.client, "changePhone", **told) == ["smsCode:SMS_CODE_WRONG"]
    assert await _phone(unit) == unit.account["phone"]


async def test_a_session_alone_does_not_ask_for_the_codes(served: Served) -> None:
    unit = await served.unit()
    told = {"password": "not it", "newPhone": NEW}
    assert await codes(unit.client, "requestPhoneChange", **told) == ["password:PASSWORD_WRONG"]
    assert await unit.client.outbox(NEW) == []


async def test_a_new_phone_is_a_mobile_and_another_one(served: Served) -> None:
    unit, officer = await served.unit(), await served.officer("tianjin")
    password = unit.account["password"]
    for phone, code in (("12345", "MOBILE_INVALID"), (unit.account["phone"], "PHONE_UNCHANGED")):
        told = {"password": password, "newPhone": phone}
        assert await codes(unit.client, "requestPhoneChange", **told) == [f"newPhone:{code}"]
    told = {"password": served.password("tianjin"), "newPhone": NEW}
    assert await codes(officer.client, "requestPhoneChange", **told) == [":PHONE_MISSING"]
    assert await codes(officer.client, "changePhone", newPhone=NEW, smsCode="1", proofCode="1") == [
        ":PHONE_MISSING"
    ]
