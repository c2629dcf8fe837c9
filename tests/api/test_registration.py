"""Registering and signing in: what requirements "Registration and sign-in" calls wrong."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.actors import CONSENTS, Unit, sign_in
from tests.conftest import Served
from tests.identities import organization_code, resident_id, unit, uscc

NEVER_SENT = "000000"

# fmt: off
WRONG_UNIT = [
    ("unifiedSocialCreditCode", "91220101MA",             "USCC_LENGTH"),
    ("unifiedSocialCreditCode", "91220101MAOOOOOO1I",     "USCC_ALPHABET"),
    ("unifiedSocialCreditCode", "B1220101MA00000011",     "USCC_CATEGORY"),
    ("organizationCode",        "MA000001-1",             "ORGANIZATION_CODE_FORMAT"),
    ("organizationCode",        organization_code(99999), "ORGANIZATION_CODE_DIFFERS"),
    ("name",                    "  ",                     "NAME_INVALID"),
    ("name",                    "12345",                  "NAME_INVALID"),
    ("legalPersonName",         "",                       "REQUIRED"),
    ("legalPersonName",         "张3",                    "NAME_INVALID"),
    ("idNumber",                "110105491231002",        "RESIDENT_ID_OLD"),
    ("idNumber",                "22010219800230001X",     "RESIDENT_ID_BIRTH_DATE"),
    ("idNumber",                resident_id(7)[:-1] + "?", "RESIDENT_ID_FORMAT"),
    ("idValidFrom",             "20230229",               "DATE_INVALID"),
    ("idValidFrom",             "2023-2-2",               "DATE_INVALID"),
    ("idValidTo",               "20210101",               "ID_EXPIRED"),
    ("idValidTo",               "20190101",               "VALIDITY_ORDER"),
    ("country",                 "XXX",                    "COUNTRY_UNKNOWN"),
    ("country",                 "CN",                     "COUNTRY_UNKNOWN"),
]
WRONG_ACCOUNT = [
    ("username",             "abc",                 "USERNAME_FORMAT"),
    ("username",             "名字名字",            "USERNAME_FORMAT"),
    ("username",             "a b c d",             "USERNAME_FORMAT"),
    ("passwordConfirmation", "something else",      "PASSWORD_MISMATCH"),
    ("name",                 "",                    "REQUIRED"),
    ("idNumber",             "",                    "REQUIRED"),
    ("idValidTo",            "20210101",            "ID_EXPIRED"),
    ("email",                "nobody",              "EMAIL_INVALID"),
    ("phone",                "12345",               "MOBILE_INVALID"),
]
# fmt: on


def _form(part: str, name: str, value: str, visitor: Unit) -> dict[str, Any]:
    form = {
        "unit": dict(visitor.unit),
        "account": dict(visitor.account),
        "smsCode": NEVER_SENT,
        "consents": CONSENTS,
    }
    form[part] = {**form[part], name: value}
    return form


async def test_each_wrong_field_of_the_unit_is_told_at_its_place(served: Served) -> None:
    visitor = Unit(served.visitor())
    for name, value, code in WRONG_UNIT:
        told = await visitor.client.codes("Register", **_form("unit", name, value, visitor))
        assert f"unit.{name}:{code}" in told, (name, value, told)
        assert all(line.startswith("unit.") for line in told), told


async def test_each_wrong_field_of_the_account_is_told_at_its_place(served: Served) -> None:
    visitor = Unit(served.visitor())
    for name, value, code in WRONG_ACCOUNT:
        told = await visitor.client.codes("Register", **_form("account", name, value, visitor))
        assert told == [f"account.{name}:{code}"], (name, value, told)


async def test_a_password_is_long_enough_and_not_the_username(served: Served) -> None:
    visitor = Unit(served.visitor())
    for password, code in (("short", "PASSWORD_LENGTH"), ("Unit-Name-1", "PASSWORD_IS_USERNAME")):
        form = _form("account", "username", "unit-name-1", visitor)
        form["account"] |= {"password": password, "passwordConfirmation": password}
        assert await visitor.client.codes("Register", **form) == [f"account.password:{code}"]


async def test_both_consents_are_needed_to_register_and_to_sign_in(served: Served) -> None:
    visitor = Unit(served.visitor())
    for consents in ([], ["TERMS"], ["PRIVACY", "PRIVACY"]):
        form = {**_form("unit", "country", "CHN", visitor), "consents": consents}
        wrong = ["consents:CONSENT_REQUIRED"]
        assert await visitor.client.codes("Register", **form) == wrong
        login = {"username": "tianjin", "password": "x", "consents": consents}
        assert await visitor.client.codes("Login", **login) == wrong


async def test_everything_wrong_is_told_at_once(served: Served) -> None:
    visitor = Unit(served.visitor())
    form = _form("unit", "country", "XXX", visitor)
    form["account"] |= {"email": "nobody", "phone": "1"}
    form["consents"] = []
    assert set(await visitor.client.codes("Register", **form)) == {
        "consents:CONSENT_REQUIRED",
        "unit.country:COUNTRY_UNKNOWN",
        "account.email:EMAIL_INVALID",
        "account.phone:MOBILE_INVALID",
    }


async def test_one_unit_has_one_administrator_and_a_username_is_one_persons(
    served: Served,
) -> None:
    first = await served.unit()
    second = Unit(served.visitor())
    second.unit = first.unit
    taken = ["unit.unifiedSocialCreditCode:UNIT_ALREADY_REGISTERED"]
    assert await second.client.codes("Register", **await second.registration()) == taken
    third = Unit(served.visitor())
    third.account["username"] = first.account["username"]
    taken = ["account.username:USERNAME_TAKEN"]
    assert await third.client.codes("Register", **await third.registration()) == taken


async def test_the_answer_carries_the_username_once_however_often_it_is_sent(
    served: Served,
) -> None:
    visitor = Unit(served.visitor())
    form = await visitor.registration()
    answers = await asyncio.gather(
        *(served.visitor().attempt("Register", **form) for _ in range(4))
    )
    done = [answer["username"] for answer in answers if not answer["errors"]]
    assert done == [visitor.account["username"]]


async def test_two_registrations_of_one_unit_at_once_make_one(served: Served) -> None:
    one, other = Unit(served.visitor()), Unit(served.visitor())
    other.unit = one.unit
    forms = [await one.registration(), await other.registration()]
    told = await asyncio.gather(
        one.client.codes("Register", **forms[0]), other.client.codes("Register", **forms[1])
    )
    refused = ["unit.unifiedSocialCreditCode:UNIT_ALREADY_REGISTERED"]
    assert sorted(told) == [[], refused]


async def test_a_captcha_is_read_rightly_and_used_once(served: Served) -> None:
    visitor = Unit(served.visitor())
    wanted = {"phone": visitor.account["phone"], "purpose": "REGISTRATION"}
    captcha = await visitor.captcha()
    wrong = {**captcha, "captchaAnswer": "!!!!"}
    assert await visitor.client.codes("SendSmsCode", **wanted, **wrong) == [
        "captchaAnswer:CAPTCHA_WRONG"
    ]
    assert await visitor.client.codes("SendSmsCode", **wanted, **captcha) == [
        "captchaId:CAPTCHA_WRONG"
    ]
    assert await visitor.client.codes("SendSmsCode", **wanted) == ["captchaId:CAPTCHA_WRONG"]
    old = await visitor.captcha()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        told = await visitor.client.codes("SendSmsCode", **wanted, **old)
    assert told == ["captchaAnswer:CAPTCHA_WRONG"]


async def test_a_code_is_for_one_phone_one_time_and_five_minutes(served: Served) -> None:
    visitor = Unit(served.visitor())
    form = await visitor.registration()
    wrong = {**form, "smsCode": f"{(int(form['smsCode']) + 1) % 10**6:06d}"}
    assert await visitor.client.codes("Register", **wrong) == ["smsCode:SMS_CODE_WRONG"]
    stranger = {**form, "account": {**form["account"], "phone": "13700000001"}}
    assert await visitor.client.codes("Register", **stranger) == ["smsCode:SMS_CODE_WRONG"]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        told = await visitor.client.codes("Register", **form)
    assert told == ["smsCode:SMS_CODE_EXPIRED"]
    await visitor.client.do("Register", **form)


async def test_a_code_cannot_be_guessed_by_trying_all_at_once(served: Served) -> None:
    visitor = Unit(served.visitor())
    form = await visitor.registration()
    right = int(form["smsCode"])
    guesses = [f"{(right + n) % 10**6:06d}" for n in range(1, 9)]
    told = await asyncio.gather(
        *(served.visitor().codes("Register", **{**form, "smsCode": guess}) for guess in guesses)
    )
    assert told.count(["smsCode:SMS_CODE_WRONG"]) <= 5
    assert await visitor.client.codes("Register", **form) == ["smsCode:SMS_CODE_EXPIRED"]


async def test_a_new_code_must_be_waited_for_and_says_how_long(served: Served) -> None:
    visitor = Unit(served.visitor())
    await visitor.code()
    wanted = {"phone": visitor.account["phone"], "purpose": "REGISTRATION"}
    query = """mutation($input: SendSmsCodeInput!) { sendSmsCode(input: $input) {
        errors { code ... on RetryLater { retryAt } } } }"""
    answer = await visitor.client.query(query, input={**wanted, **await visitor.captcha()})
    (error,) = answer["sendSmsCode"]["errors"]
    assert error["code"] == "SMS_TOO_SOON"
    wait = datetime.fromisoformat(error["retryAt"]) - datetime.now(UTC)
    assert timedelta(0) < wait <= timedelta(seconds=60)
    captcha = await visitor.captcha()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        await visitor.client.do("SendSmsCode", **wanted, **captcha)


@pytest.mark.parametrize("who", ["known", "unknown"])
async def test_a_failed_sign_in_does_not_tell_which_part_was_wrong(
    served: Served, who: str
) -> None:
    name = "tianjin" if who == "known" else "nobody-here"
    login = {"username": name, "password": "not it", "consents": CONSENTS}
    assert await served.visitor().codes("Login", **login) == [":LOGIN_FAILED"]


async def test_a_session_ends_by_signing_out_and_by_time(served: Served) -> None:
    unit_ = await served.unit()
    account = unit_.account
    await unit_.client.do("Logout")
    assert await unit_.client.ask("Viewer") is None
    assert await unit_.client.codes("Start", kind="NEW_CARDS") == [":NOT_SIGNED_IN"]
    await sign_in(unit_.client, account["username"], account["password"])
    assert (await unit_.client.ask("Viewer"))["signedInBy"] == "PASSWORD"
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=13)):
        assert await unit_.client.ask("Viewer") is None


async def test_a_credit_code_is_one_whatever_its_case_and_blanks(served: Served) -> None:
    first = await served.unit()
    second = Unit(served.visitor())
    code = first.unit["unifiedSocialCreditCode"]
    second.unit = {**first.unit, "unifiedSocialCreditCode": f" {code.lower()} "}
    told = await second.client.codes("Register", **await second.registration())
    assert told == ["unit.unifiedSocialCreditCode:UNIT_ALREADY_REGISTERED"]


async def test_a_credit_code_of_a_wrong_check_digit_is_refused(served: Served) -> None:
    visitor = Unit(served.visitor())
    good = uscc(424242)
    bad = good[:-1] + ("0" if good[-1] != "0" else "1")
    form = _form("unit", "unifiedSocialCreditCode", bad, visitor)
    form["unit"]["organizationCode"] = organization_code(424242)
    assert await visitor.client.codes("Register", **form) == [
        "unit.unifiedSocialCreditCode:USCC_CHECK_DIGIT"
    ]
    assert unit(424242)["unifiedSocialCreditCode"] == good
