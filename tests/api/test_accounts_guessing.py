"""Guessing passwords: too many must wait, and waiting tells nothing."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.guesses import ACCOUNT, ADDRESS, Guesses
from resolvers.sweeping import sweep
from tests.accounts import after, captcha, codes, is_signed_in, login, mutate
from tests.actors import CONSENTS
from tests.client import Client
from tests.conftest import Served

WRONG = "not the password"
LOCKED = ["LOGIN_LOCKED"]


def _password(served: Served, name: str = "tianjin") -> str:
    return served.password(name)


async def _fail(client: Client, name: str, times: int) -> None:
    """Wrong guesses that were looked at, with the captchas that they need."""
    for _ in range(times):
        told = await login(client, name, WRONG, **await captcha(client))
        assert told == ["LOGIN_FAILED"]


@pytest.mark.parametrize("name", ["tianjin", "nobody-here"])
async def test_forty_guesses_are_refused_and_only_the_first_are_looked_at(
    served: Served, name: str
) -> None:
    told = [await login(served.visitor(), name, f"guess {n}") for n in range(40)]
    assert told == [["LOGIN_FAILED"]] * 3 + [["CAPTCHA_REQUIRED"]] * 37


@pytest.mark.parametrize("name", ["tianjin", "nobody-here"])
async def test_forty_guesses_at_once_count_one_by_one(served: Served, name: str) -> None:
    client = served.visitor()
    captchas = await asyncio.gather(*(captcha(client) for _ in range(40)))
    told = await asyncio.gather(*(login(served.visitor(), name, WRONG, **c) for c in captchas))
    assert told.count(["LOGIN_FAILED"]) == 5
    assert told.count(LOCKED) == 35


async def test_a_locked_account_is_refused_without_looking_at_the_password(
    served: Served,
) -> None:
    client = served.visitor()
    await _fail(client, "tianjin", 5)
    began = time.process_time()
    await served.engine.office.passwords.matches(None, WRONG)
    a_look = time.process_time() - began
    began, began_wall = time.process_time(), time.perf_counter()
    for _ in range(40):
        assert await login(client, "tianjin", _password(served)) == LOCKED
    assert (time.process_time() - began) / 40 < a_look / 2
    assert (time.perf_counter() - began_wall) / 40 < 0.1


@pytest.mark.parametrize("name", ["tianjin", "nobody-here"])
async def test_a_lock_tells_neither_of_the_password_nor_of_the_account(
    served: Served, name: str
) -> None:
    client = served.visitor()
    await _fail(client, name, 5)
    for password in (WRONG, _password(served)):
        told = {"username": name, "password": password, "consents": CONSENTS}
        (error,) = (await mutate(client, "login", **told))["errors"]
        assert (error["code"], error["path"]) == ("LOGIN_LOCKED", [])
        wait = datetime.fromisoformat(error["retryAt"]) - datetime.now(UTC)
        assert timedelta(0) < wait <= timedelta(seconds=30)


async def test_the_wait_grows_and_is_never_longer_than_a_quarter_of_an_hour(
    served: Served,
) -> None:
    client, waited = served.visitor(), 0
    await _fail(client, "tianjin", 5)
    for minutes in (0.5, 1, 2, 4, 8, 15, 15):
        seconds = int(minutes * 60)
        with after(seconds=waited + seconds - 5):
            assert await login(client, "tianjin", WRONG) == LOCKED
        waited += seconds + 1
        with after(seconds=waited):
            await _fail(client, "tianjin", 1)
    for patience in (ACCOUNT, ADDRESS):
        waits = [patience.delay(failures) for failures in range(200)]
        assert waits == sorted(waits)
        assert waits[-1] == timedelta(minutes=15)


async def test_after_the_wait_the_right_password_with_a_captcha_opens_and_all_is_forgotten(
    served: Served,
) -> None:
    client = served.visitor()
    await _fail(client, "tianjin", 5)
    with after(seconds=31):
        right = _password(served)
        assert await login(client, "tianjin", right) == ["CAPTCHA_REQUIRED"]
        wrong = {**await captcha(client), "captchaAnswer": "!!!!"}
        assert await login(client, "tianjin", right, **wrong) == ["CAPTCHA_WRONG"]
        assert await login(client, "tianjin", right, **await captcha(client)) == []
        assert await is_signed_in(client)
        assert await login(client, "tianjin", WRONG) == ["LOGIN_FAILED"]
        assert await login(client, "tianjin", right) == []


async def test_wrong_guesses_are_forgotten_after_a_day(served: Served) -> None:
    client = served.visitor()
    await _fail(client, "tianjin", 4)
    with after(hours=25):
        assert await login(client, "tianjin", WRONG) == ["LOGIN_FAILED"]
    with after(hours=27):
        await sweep()
        assert await Guesses.all().count() == 1  # of the account, a day later


async def test_right_passwords_at_once_are_in_nobodys_way(served: Served) -> None:
    right = _password(served)
    told = await asyncio.gather(*(login(served.visitor(), "tianjin", right) for _ in range(12)))
    assert told == [[]] * 12
    assert await Guesses.filter(failures__gt=0).count() == 0


async def test_many_names_from_one_address_are_counted_together(served: Served) -> None:
    client = served.visitor()
    for n in range(20):
        assert await login(client, f"somebody-{n}", WRONG) == ["LOGIN_FAILED"]
    assert await login(client, "tianjin", _password(served)) == ["CAPTCHA_REQUIRED"]
    assert await login(client, "tianjin", _password(served), **await captcha(client)) == []
    for n in range(20, 50):
        await _fail(client, f"somebody-{n}", 1)
    assert await login(client, "tianjin", _password(served)) == LOCKED


async def test_strangers_cannot_lock_the_owner_out_where_the_owner_signs_in(
    serve: Any, settings: Any
) -> None:
    behind = settings.model_copy(update={"trusted_proxies": ["127.0.0.1"]})
    async with serve(behind) as served:
        owner, stranger = served.visitor(), served.visitor()
        owner.address, stranger.address = "203.0.113.7", "198.51.100.9"
        assert await login(owner, "tianjin", _password(served)) == []
        await _fail(stranger, "tianjin", 5)
        assert await login(stranger, "tianjin", _password(served)) == LOCKED
        assert await login(owner, "tianjin", _password(served)) == []


async def test_a_forwarded_address_is_believed_of_named_proxies_only(served: Served) -> None:
    client = served.visitor()
    for n in range(5):
        client.address = f"203.0.113.{n}"
        await _fail(client, "nobody-here", 1)
    assert await Guesses.filter(failures=5).count() == 2  # the account's, and one address's


async def test_a_missing_captcha_is_no_guess(served: Served) -> None:
    client = served.visitor()
    await _fail(client, "tianjin", 3)
    for _ in range(10):
        assert await codes(
            client, "login", username="tianjin", password=WRONG, consents=CONSENTS
        ) == ["captchaId:CAPTCHA_REQUIRED"]
    assert await login(client, "tianjin", _password(served), **await captcha(client)) == []
