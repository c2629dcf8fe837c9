"""The second factor of officers: enrolled, asked for, used once, lost."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
import time_machine

from models.sealed import Sealed
from models.second_factor import SecondFactor
from tests.accounts import after, captcha, codes, done, is_signed_in, login
from tests.client import Client
from tests.conftest import Served
from tests.process import run


@pytest.fixture(autouse=True)
def _one_step_of_time() -> Iterator[None]:
    """No code grows old while a test runs."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


def _code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps)


async def _begin(served: Served, client: Client, **more: Any) -> str:
    told = {"password": served.password("tianjin"), **more}
    payload = await done(client, "beginTotp", "uri secret", **told)
    secret: str = payload["secret"]
    assert payload["uri"].startswith("otpauth://totp/Portcard:tianjin?secret=" + secret)
    return secret


async def _enrol(served: Served, client: Client) -> tuple[str, list[str]]:
    """The secret and the recovery codes; the next code that is good is a later one."""
    secret = await _begin(served, client)
    payload = await done(
        client, "confirmTotp", "recoveryCodes session { token }", code=_code(secret, -1)
    )
    client.token = payload["session"]["token"]
    return secret, payload["recoveryCodes"]


async def _sign_in(served: Served, totp: str | None = None, **more: Any) -> list[str]:
    told = {"totp": totp, **more}
    return await login(served.visitor(), "tianjin", served.password("tianjin"), **told)


async def test_an_enrolled_officer_needs_both(served: Served) -> None:
    client = (await served.officer("tianjin")).client
    secret, _ = await _enrol(served, client)
    assert await _sign_in(served) == ["SECOND_FACTOR_REQUIRED"]
    assert await _sign_in(served, "000000") == ["SECOND_FACTOR_WRONG"]
    assert await _sign_in(served, _code(secret)) == []
    assert await login(served.visitor(), "tianjin", "not it", totp=_code(secret)) == [
        "LOGIN_FAILED"
    ]


async def test_a_code_is_good_once_however_often_it_is_sent_at_once(served: Served) -> None:
    client = (await served.officer("tianjin")).client
    secret, _ = await _enrol(served, client)
    code = _code(secret)
    told = await asyncio.gather(*(_sign_in(served, code) for _ in range(3)))
    assert sorted(told) == [[], ["SECOND_FACTOR_WRONG"], ["SECOND_FACTOR_WRONG"]]
    older = _code(secret, -1)
    assert await _sign_in(served, older) == ["SECOND_FACTOR_WRONG"]
    with after(seconds=30):
        assert await _sign_in(served, _code(secret), **await captcha(client)) == []


async def test_a_clock_may_differ_by_one_step_and_no_more(served: Served) -> None:
    client = (await served.officer("tianjin")).client
    secret, _ = await _enrol(served, client)
    assert await _sign_in(served, _code(secret, 3)) == ["SECOND_FACTOR_WRONG"]
    assert await _sign_in(served, _code(secret, 1)) == []


async def test_wrong_codes_count_and_a_missing_one_forgives_none(served: Served) -> None:
    client = (await served.officer("tianjin")).client
    secret, _ = await _enrol(served, client)
    for _ in range(10):
        assert await _sign_in(served) == ["SECOND_FACTOR_REQUIRED"]
    for _ in range(5):
        assert await _sign_in(served, "000000", **await captcha(client)) == ["SECOND_FACTOR_WRONG"]
        told = await _sign_in(served, **await captcha(client))
        assert told in (["SECOND_FACTOR_REQUIRED"], ["LOGIN_LOCKED"])
    assert await _sign_in(served, _code(secret), **await captcha(client)) == ["LOGIN_LOCKED"]


async def test_a_recovery_code_stands_in_once(served: Served) -> None:
    client = (await served.officer("tianjin")).client
    _, recovery = await _enrol(served, client)
    assert len(set(recovery)) == 10
    assert await _sign_in(served, recovery[0].lower().replace("-", " ")) == []
    assert await _sign_in(served, recovery[0]) == ["SECOND_FACTOR_WRONG"]
    told = await asyncio.gather(*(_sign_in(served, recovery[1]) for _ in range(2)))
    assert sorted(told) == [[], ["SECOND_FACTOR_WRONG"]]


async def test_enrolling_needs_the_password_and_the_authenticator_in_use(served: Served) -> None:
    client = (await served.officer("tianjin")).client
    assert await codes(client, "beginTotp", password="not it") == ["password:PASSWORD_WRONG"]
    assert await codes(client, "confirmTotp", code="123456") == ["code:SECOND_FACTOR_NOT_BEGUN"]
    secret, _ = await _enrol(served, client)
    right = served.password("tianjin")
    assert await codes(client, "beginTotp", password=right) == ["totp:SECOND_FACTOR_REQUIRED"]
    another = await _begin(served, client, totp=_code(secret))
    assert await codes(client, "confirmTotp", code="nonsense") == ["code:SECOND_FACTOR_WRONG"]
    with after(seconds=60):
        assert await _sign_in(served, _code(another)) == ["SECOND_FACTOR_WRONG"]
        assert await _sign_in(served, _code(secret)) == []
        await done(client, "confirmTotp", code=_code(another, -1))
        assert await _sign_in(served, _code(another)) == []


async def test_confirming_ends_other_sessions_and_the_old_token(served: Served) -> None:
    client, other = (await served.officer("tianjin")).client, await served.officer("tianjin")
    before = served.visitor()
    before.token = client.token
    await _enrol(served, client)
    assert await is_signed_in(client)
    assert not await is_signed_in(before)
    assert not await is_signed_in(other.client)


async def test_a_unit_enrols_none(served: Served) -> None:
    unit = await served.unit()
    told = {"password": unit.account["password"]}
    assert await codes(unit.client, "beginTotp", **told) == [":FORBIDDEN"]


async def test_the_secret_is_nowhere_to_be_read(served: Served) -> None:
    secret, _ = await _enrol(served, (await served.officer("tianjin")).client)
    row = await SecondFactor.get(account__username="tianjin")
    kept = row.__dict__["secret"]
    assert isinstance(kept, Sealed)
    assert secret not in kept.token
    assert (row.secret, row.pending) == (secret, None)


@pytest.fixture
def strict(settings: Any) -> Any:
    return settings.model_copy(update={"officer_second_factor": "required"})


async def test_where_it_is_required_an_officer_without_one_may_only_enrol(
    serve: Any, strict: Any
) -> None:
    async with serve(strict) as served:
        unit, client = await served.unit(), served.visitor()
        assert await login(client, "tianjin", served.password("tianjin")) == []
        assert not await is_signed_in(client)
        told = {"applicationId": "app-1"}
        assert await client.codes("Accept", **told) == [":SECOND_FACTOR_MISSING"]
        assert (await client.ask("Applications"))["totalCount"] == 0
        secret, _ = await _enrol(served, client)
        assert await is_signed_in(client)
        assert await client.codes("Accept", **told) == ["applicationId:NOT_FOUND"]
        assert await _sign_in(served, _code(secret)) == []
        assert await is_signed_in(unit.client)


async def test_signing_in_says_that_one_may_only_enrol(serve: Any, strict: Any) -> None:
    query = """mutation($input: LoginInput!) { login(input: $input) {
        session { token mayOnlyEnrol } errors { code } } }"""
    async with serve(strict) as served:
        told = {"username": "tianjin", "password": served.password("tianjin")}
        answer = await served.visitor().query(
            query, input={**told, "consents": ["TERMS", "PRIVACY"]}
        )
        assert answer["login"]["session"]["mayOnlyEnrol"] is True
        client = served.visitor()
        client.token = answer["login"]["session"]["token"]
        await client.do("Logout")
        assert await codes(client, "confirmTotp", code="1") == [":NOT_SIGNED_IN"]


async def test_an_officer_who_lost_it_is_let_in_again_from_the_command_line(
    served: Served, settings: Any
) -> None:
    client = (await served.officer("tianjin")).client
    _, recovery = await _enrol(served, client)
    told = {"data_dir": settings.data_dir, "database_url": settings.database_url}
    reset = await asyncio.to_thread(run, "officer", "reset", "tianjin", **told)
    assert reset.returncode == 0, reset.stderr
    assert not await is_signed_in(client)
    assert await _sign_in(served) == []
    _, again = await _enrol(served, await _client(served))
    assert await _sign_in(served, recovery[0]) == ["SECOND_FACTOR_WRONG"]
    assert await _sign_in(served, again[0]) == []


async def _client(served: Served) -> Client:
    return (await served.officer("tianjin")).client
