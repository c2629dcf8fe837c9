"""Changing a password, and making a forgotten one anew."""

from typing import Any

import pytest

from tests.accounts import after, captcha, codes, done, is_signed_in, login, mutate
from tests.actors import Unit
from tests.client import Client
from tests.conftest import Served

NEW = "another horse entirely"
TWICE = {"newPassword": NEW, "newPasswordConfirmation": NEW}
SENT = "expiresAt resendAfter"


async def _forget(client: Client, username: str) -> dict[str, Any]:
    return await mutate(
        client, "requestPasswordReset", SENT, username=username, **await captcha(client)
    )


async def _code(served: Served, unit: Unit) -> dict[str, str]:
    username = unit.account["username"]
    assert (await _forget(served.visitor(), username))["errors"] == []
    code = await unit.client.code_sent_to(unit.account["phone"])
    return {"username": username, "smsCode": code}


async def _mails(unit: Unit) -> list[str]:
    return [row["subject"] for row in await unit.client.outbox(unit.account["email"])]


async def test_a_changed_password_ends_other_sessions_and_gives_this_one_another_token(
    served: Served,
) -> None:
    unit, other = await served.unit(), served.visitor()
    username, old = unit.account["username"], unit.account["password"]
    assert await login(other, username, old) == []
    before = served.visitor()
    before.token = unit.client.token
    payload = await done(unit.client, "changePassword", "session { token }", password=old, **TWICE)
    unit.client.token = payload["session"]["token"]
    assert await is_signed_in(unit.client)
    assert not await is_signed_in(before)
    assert not await is_signed_in(other)
    assert await login(served.visitor(), username, old) == ["LOGIN_FAILED"]
    assert await login(served.visitor(), username, NEW) == []
    assert await _mails(unit) == ["【Portcard】登录密码已修改"]


# fmt: off
WRONG = [
    ("short",     "short",     "newPassword:PASSWORD_LENGTH"),
    ("Password1", "Password1", "newPassword:PASSWORD_COMMON"),
    (NEW,         "x",         "newPasswordConfirmation:PASSWORD_MISMATCH"),
]
# fmt: on


@pytest.mark.parametrize(("new", "again", "code"), WRONG)
async def test_a_new_password_keeps_the_rules_wherever_it_is_set(
    served: Served, new: str, again: str, code: str
) -> None:
    unit, told = await served.unit(), {"newPassword": new, "newPasswordConfirmation": again}
    old = unit.account["password"]
    assert await codes(unit.client, "changePassword", password=old, **told) == [code]
    visitor, username = served.visitor(), unit.account["username"]
    reset = {"username": username, "smsCode": "000000", **told}
    assert await codes(visitor, "resetPassword", **reset) == [code]


async def test_who_guesses_the_password_in_a_stolen_session_must_wait_and_the_owner_need_not(
    served: Served,
) -> None:
    unit = await served.unit()
    for _ in range(5):
        told = await codes(unit.client, "changePassword", password="not it", **TWICE)
        assert told == ["password:PASSWORD_WRONG"]
    right = unit.account["password"]
    assert await codes(unit.client, "changePassword", password=right, **TWICE) == [":LOGIN_LOCKED"]
    assert await login(served.visitor(), unit.account["username"], right) == []


async def test_a_forgotten_password_is_made_anew_and_every_session_ends(served: Served) -> None:
    unit = await served.unit()
    told = await _code(served, unit)
    await done(served.visitor(), "resetPassword", **told, **TWICE)
    assert not await is_signed_in(unit.client)
    username = unit.account["username"]
    assert await login(served.visitor(), username, unit.account["password"]) == ["LOGIN_FAILED"]
    assert await login(served.visitor(), username, NEW) == []
    assert await _mails(unit) == ["【Portcard】登录密码已修改"]


async def test_a_reset_lifts_the_lock(served: Served) -> None:
    unit, client = await served.unit(), served.visitor()
    username = unit.account["username"]
    for _ in range(5):
        await login(client, username, "not it", **await captcha(client))
    assert await login(client, username, unit.account["password"]) == ["LOGIN_LOCKED"]
    await done(client, "resetPassword", **await _code(served, unit), **TWICE)
    assert await login(client, username, NEW) == []


async def test_a_reset_code_is_used_once_in_time_and_for_its_account(served: Served) -> None:
    unit, other = await served.unit(), await served.unit()
    told, visitor = await _code(served, unit), served.visitor()
    stranger = {**told, "username": other.account["username"]}
    assert await codes(visitor, "resetPassword", **stranger, **TWICE) == ["smsCode:SMS_CODE_WRONG"]
    with after(minutes=6):
        assert await codes(visitor, "resetPassword", **told, **TWICE) == [
            "smsCode:SMS_CODE_EXPIRED"
        ]
    await done(visitor, "resetPassword", **told, **TWICE)
    again = {**TWICE, "newPassword": "a third horse", "newPasswordConfirmation": "a third horse"}
    assert await codes(visitor, "resetPassword", **told, **again) == ["smsCode:SMS_CODE_EXPIRED"]


async def test_a_code_for_something_else_resets_nothing(served: Served) -> None:
    unit = Unit(served.visitor())
    registration = await unit.registration()
    await unit.client.do("Register", **registration)
    told = {"username": unit.account["username"], "smsCode": registration["smsCode"]}
    assert await codes(served.visitor(), "resetPassword", **told, **TWICE) == [
        "smsCode:SMS_CODE_WRONG"
    ]


async def test_nothing_tells_an_account_from_none_when_a_password_is_forgotten(
    served: Served,
) -> None:
    unit = await served.unit()
    seen = []
    for name in (unit.account["username"], "nobody-here", "tianjin"):
        visitor = served.visitor()
        first = await _forget(visitor, name)
        assert first["errors"] == []
        assert set(first) == {"expiresAt", "resendAfter", "errors"}
        assert None not in first.values()
        again = [error["code"] for error in (await _forget(visitor, name))["errors"]]
        guess = {"username": name, "smsCode": "x", **TWICE}
        tries = [await codes(visitor, "resetPassword", **guess) for _ in range(6)]
        seen.append((again, tries))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == ["SMS_TOO_SOON"]
    assert seen[0][1] == [["smsCode:SMS_CODE_WRONG"]] * 5 + [["smsCode:SMS_CODE_EXPIRED"]]
    assert len([row for row in await unit.client.outbox() if "重置" in row["body"]]) == 1


async def test_asking_for_a_reset_needs_a_captcha(served: Served) -> None:
    assert await codes(served.visitor(), "requestPasswordReset", username="x") == [
        "captchaId:CAPTCHA_WRONG"
    ]


async def test_a_socket_goes_on_under_the_new_token(served: Served) -> None:
    unit = await served.unit()
    change = """mutation($input: ChangePasswordInput!) {
        changePassword(input: $input) { session { token } errors { code } } }"""
    told = {"password": unit.account["password"], **TWICE}
    async with unit.client.socket() as socket:
        changed = await (await socket.subscribe(change, {"input": told})).next()
        assert changed["errors"] == []
        viewer = await (await socket.subscribe("{ viewer { username } }")).next()
    assert viewer == {"username": unit.account["username"]}
