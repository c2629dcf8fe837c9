"""What a Single Window may send that is not to be believed, by one that does it all."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from models.account import Account
from models.clock import now
from models.single_window import SingleWindowVisit
from server.logs import HOUSE
from server.settings import Settings
from tests.accounts import after
from tests.conftest import Served
from tests.needles import database
from tests.providers import SHARED, TinyProvider, Twists, claims, tiny_provider
from tests.single_window import answer, begin, finish

NUMBERS = count(8001)
FAILED, AWAY = [":SINGLE_WINDOW_FAILED"], [":SINGLE_WINDOW_AWAY"]


@pytest.fixture
def settings(settings: Settings, tiny: TinyProvider) -> Settings:
    return settings.model_copy(update=tiny.settings)


@pytest.fixture
async def served(settings: Settings, serve: Callable[[Settings], Any]) -> AsyncIterator[Served]:
    async with serve(settings) as running:
        yield running


async def _sign_in(served: Served, tiny: TinyProvider, number: int | None = None) -> list[str]:
    client = served.visitor()
    visit = await begin(client)
    told = claims(number or next(NUMBERS))
    back = tiny.sign_in(visit["url"], told["uscc"], **told)
    return await finish(client, **answer(visit, back))


async def test_an_honest_token_of_each_algorithm_is_believed(
    served: Served, tiny: TinyProvider
) -> None:
    assert await _sign_in(served, tiny) == []
    tiny.twists.header = {"alg": "PS256"}
    assert await _sign_in(served, tiny) == []
    with after(minutes=2):
        tiny.rotate()
        assert await _sign_in(served, tiny) == []


async def test_a_token_that_is_not_for_this_sign_in_is_none(
    served: Served, tiny: TinyProvider
) -> None:
    moment = int(now().timestamp())
    # fmt: off
    cases: list[dict[str, Any]] = [
        {"nonce": "another"},            {"nonce": None},        {"nonce": 1},
        {"iss": "https://evil.example"}, {"iss": None},          {"iss": f"{tiny.url}/"},
        {"aud": "another"},              {"aud": None},          {"aud": []},
        {"aud": ["portcard", "other"]},  {"azp": "other"},       {"aud": {"portcard": 1}},
        {"exp": moment - 61},            {"exp": None},          {"exp": "soon"},
        {"iat": moment + 300},           {"iat": None},
        {"sub": None},                   {"sub": ""},            {"sub": "s" * 256},
        {"sub": 7},                      {"nbf": moment + 300},  {"nonce": ["x"]},
        {"sub": "\ud800"},               {"sub": "a\nb"},        {"nonce": "\ud800"},
        {"exp": float("nan")},           {"exp": True},       {"azp": ["portcard"]},
    ]
    # fmt: on
    for changed in cases:
        tiny.twists = Twists(claims=changed)
        assert await _sign_in(served, tiny) == FAILED, changed
    assert not await Account.exists(username__startswith="sw-")


async def test_clocks_may_differ_by_a_minute(served: Served, tiny: TinyProvider) -> None:
    moment = int(now().timestamp())
    for changed in ({"exp": moment - 30}, {"iat": moment + 30}, {"aud": ["portcard"]}):
        tiny.twists = Twists(claims=changed)
        assert await _sign_in(served, tiny) == [], changed


async def test_a_token_that_the_provider_has_not_signed_is_none(
    served: Served, tiny: TinyProvider
) -> None:
    forged = RSAKey.generate_key(2048, {"kid": tiny.key.kid})
    unsigned = "eyJhbGciOiJub25lIn0.e30."
    twists = [
        Twists(key=forged),
        Twists(key=RSAKey.generate_key(2048, auto_kid=True)),
        Twists(key=SHARED, header={"alg": "HS256", "kid": tiny.key.kid}),
        Twists(token=unsigned),
        Twists(header={"alg": "RS512"}),
        *(Twists(token=token) for token in ("x", "a.b.c", "....", "é.é.é", 7, ["x"])),
    ]
    for twist in twists:
        tiny.twists = twist
        assert await _sign_in(served, tiny) == FAILED, twist


async def test_another_key_is_asked_for_once_a_minute_at_most(
    served: Served, tiny: TinyProvider
) -> None:
    assert await _sign_in(served, tiny) == []
    tiny.rotate()
    for _ in range(3):
        assert await _sign_in(served, tiny) == FAILED
    assert tiny.asked.count("/jwks") == 1
    with after(seconds=61):
        assert await _sign_in(served, tiny) == []
        assert await _sign_in(served, tiny) == []
    assert tiny.asked.count("/jwks") == 2
    assert tiny.asked.count("/.well-known/openid-configuration") == 1


async def test_the_verifier_is_sent_and_without_it_the_code_is_worth_nothing(
    served: Served, tiny: TinyProvider
) -> None:
    client, told = served.visitor(), claims(next(NUMBERS))
    visit = await begin(client)
    verifier = (await SingleWindowVisit.get()).verifier
    stolen = await begin(client)
    back = tiny.sign_in(visit["url"], "a", **told)
    sent = answer(visit, back)
    other = sent | {"state": _state(stolen), "binding": stolen["binding"]}
    assert await finish(client, **other) == FAILED
    assert tiny.forms[-1]["code_verifier"] != verifier
    visit = await begin(client)
    verifier = (await SingleWindowVisit.all().order_by("-id").first()).verifier  # type: ignore[union-attr]
    assert await finish(client, **answer(visit, tiny.sign_in(visit["url"], "a", **told))) == []
    assert tiny.forms[-1]["code_verifier"] == verifier


def _state(visit: dict[str, str]) -> str:
    return visit["url"].partition("state=")[2].partition("&")[0]


async def test_a_confidential_client_proves_itself(
    settings: Settings, serve: Callable[[Settings], Any]
) -> None:
    async with tiny_provider(secret="s p:c") as guarded:
        right = {"single_window_client_secret": SecretStr("s p:c"), **guarded.settings}
        assert guarded.secret
        async with serve(settings.model_copy(update=right)) as served:
            guarded.secret = "s+p%3Ac"  # as forms spell it (RFC 6749 §2.3.1)
            assert await _sign_in(served, guarded) == []
            assert "s p:c" not in str(guarded.forms)
            guarded.secret = "another"
            assert await _sign_in(served, guarded) == FAILED


async def test_what_the_token_lacks_is_asked_for_and_is_of_the_same_person(
    served: Served, tiny: TinyProvider
) -> None:
    told = claims(next(NUMBERS))
    for sub, outcome in (("somebody", FAILED), (told["uscc"], [])):
        client = served.visitor()
        tiny.twists = Twists(userinfo={**told, "sub": sub})
        visit = await begin(client)
        back = tiny.sign_in(visit["url"], told["uscc"], **told)
        assert await finish(client, **answer(visit, back)) == outcome


async def test_a_phone_that_is_not_verified_is_none(served: Served, tiny: TinyProvider) -> None:
    tiny.twists = Twists(claims={"phone_number_verified": False})
    assert await _sign_in(served, tiny) == ["account.phone:SINGLE_WINDOW_DATA_MISSING"]


async def test_claims_may_be_called_otherwise(
    settings: Settings, serve: Callable[[Settings], Any], tiny: TinyProvider
) -> None:
    called = settings.model_copy(update={"single_window_claims": ["uscc=creditCode"]})
    async with serve(called) as served:
        number = next(NUMBERS)
        tiny.twists = Twists(claims={"creditCode": claims(number)["uscc"], "uscc": None})
        assert await _sign_in(served, tiny, number) == []


async def test_an_answer_of_another_provider_is_none(served: Served, tiny: TinyProvider) -> None:
    tiny.twists = Twists(metadata={"authorization_response_iss_parameter_supported": True})
    client, told = served.visitor(), claims(next(NUMBERS))
    for iss, outcome in (
        ({}, ["iss:SINGLE_WINDOW_FAILED"]),
        ({"iss": "https://evil.example"}, ["iss:SINGLE_WINDOW_FAILED"]),
        ({"iss": tiny.url}, []),
    ):
        visit = await begin(client)
        sent = answer(visit, tiny.sign_in(visit["url"], "a", **told))
        assert await finish(client, **sent, **iss) == outcome
    assert len(tiny.forms) == 1


async def test_a_provider_that_answers_badly_is_told_apart_and_never_an_error_of_ours(
    served: Served, tiny: TinyProvider
) -> None:
    # fmt: off
    cases: list[tuple[Response, list[str]]] = [
        (PlainTextResponse("no", 503),            AWAY),
        (PlainTextResponse("no", 429),            AWAY),
        (PlainTextResponse("<html>"),             FAILED),
        (PlainTextResponse("[" * 100_000),        FAILED),
        (JSONResponse([1]),                       FAILED),
        (JSONResponse({}),                        FAILED),
        (JSONResponse({"error": "denied"}, 400),  FAILED),
        (RedirectResponse(f"{tiny.url}/userinfo"), FAILED),
        (JSONResponse({"x": "x" * 300_000}),      FAILED),
        (PlainTextResponse(b"\xff\xfe"),          FAILED),
    ]
    # fmt: on
    for response, outcome in cases:
        tiny.twists = Twists(answers={"/token": response})
        assert await _sign_in(served, tiny) == outcome, response.body[:40]
    assert "/userinfo" not in tiny.asked


async def test_what_is_no_header_or_name_of_a_host_is_no_error_of_ours_either(
    settings: Settings, serve: Callable[[Settings], Any], tiny: TinyProvider
) -> None:
    tiny.twists = Twists(metadata={"token_endpoint": "http://x..y/"})
    async with serve(settings) as served:
        assert await _sign_in(served, tiny) == AWAY
    tiny.twists = Twists()
    async with serve(settings) as served:
        for access in ("a\nb", "é", "\ud800"):
            tiny.twists = Twists(access=access)
            assert await _sign_in(served, tiny) == [], access


async def test_a_provider_that_publishes_badly_is_not_believed(
    settings: Settings, serve: Callable[[Settings], Any], tiny: TinyProvider
) -> None:
    page = "/.well-known/openid-configuration"
    twists = [
        Twists(metadata={"issuer": "https://evil.example"}),
        Twists(metadata={"token_endpoint": "file:///etc/passwd"}),
        Twists(metadata={"jwks_uri": 7}),
        Twists(metadata={"authorization_endpoint": "http://x/\ud800"}),
        Twists(metadata={"token_endpoint": "http://127.0.0.1:70000/"}),
        Twists(metadata={"token_endpoint": "http://"}),
        Twists(metadata={"token_endpoint": "http://[::1"}),
        Twists(answers={page: JSONResponse([])}),
    ]
    async with serve(settings) as served:
        for twist in twists:
            tiny.twists = twist
            payload = await served.visitor().post(
                "mutation { beginSingleWindowSignIn(input: {}) { errors { code } } }"
            )
            told = payload["data"]["beginSingleWindowSignIn"]["errors"]
            assert told == [{"code": "SINGLE_WINDOW_FAILED"}], twist
        for keys in ({}, {"keys": 7}, {"keys": []}, {"keys": [{"kty": "RSA"}]}, {"keys": [7]}):
            tiny.twists = Twists(answers={"/jwks": JSONResponse(keys)})
            assert await _sign_in(served, tiny) == FAILED, keys


async def test_a_provider_that_stalls_is_away_in_time_and_holds_nobody_up(
    served: Served, tiny: TinyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.openid_answers.PATIENCE", 1.0)
    for path in ("/token", "/jwks"):
        tiny.twists = Twists(stalls={path})
        waiting = asyncio.create_task(_sign_in(served, tiny))
        await asyncio.sleep(0.3)
        unit = await asyncio.wait_for(
            served.unit(), 30
        )  # writes, meanwhile: no transaction is open
        assert unit.client.token
        assert await waiting == AWAY
    tiny.twists = Twists()
    assert await _sign_in(served, tiny) == []


async def test_no_code_or_token_is_logged_or_kept_whatever_comes_out(
    served: Served, tiny: TinyProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    twists = [Twists(), Twists(claims={"nonce": "x"}), Twists(claims={"aud": "x"})]
    for twist in twists:
        tiny.twists = twist
        await _sign_in(served, tiny)
    sent = [form[name] for form in tiny.forms for name in ("code", "code_verifier")]
    secret = [*sent, *tiny.secrets]
    assert len(secret) == 12
    kept = await database(served.engine.settings)
    said = "\n".join(record.getMessage() for record in caplog.records if _is_ours(record))
    assert "is not believed" in said
    assert [text for text in secret if text in said or text.encode() in kept] == []


def _is_ours(record: logging.LogRecord) -> bool:
    """What server/logs.py lets through of it."""
    return record.name.startswith(HOUSE) or record.levelno >= logging.WARNING
