"""Signing in by the Single Window, with somebody else's OpenID provider in a process of its own."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from models.account import Account
from models.enterprise import Enterprise
from models.single_window import SingleWindowLink, SingleWindowVisit
from resolvers.sweeping import sweep
from server.logs import HOUSE
from server.settings import Settings
from tests.accounts import after, captcha, codes, done, is_signed_in, login
from tests.actors import CONSENTS
from tests.cards import make_card
from tests.client import Client
from tests.conftest import Served
from tests.identities import person
from tests.needles import database, found
from tests.providers import MockProvider, claims, mock_provider
from tests.single_window import answer, begin, finish
from tests.trail import last, trail

NUMBERS = count(7001)
UNKNOWN = ["state:SINGLE_WINDOW_VISIT_UNKNOWN"]
VIEWER = "{ viewer { username name signedInBy singleWindowLinked enterprise { name } } }"
UNLINK = "mutation { unlinkSingleWindow { unlinked errors { code } } }"


@pytest.fixture(scope="module")
def provider() -> Iterator[MockProvider]:
    with mock_provider() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, provider: MockProvider) -> Settings:
    return settings.model_copy(update=provider.settings)


@pytest.fixture
def told() -> dict[str, str]:
    """The claims of somebody whose unit nobody has registered."""
    return claims(next(NUMBERS))


async def _come_back(
    client: Client, provider: MockProvider, told: dict[str, str], sub: str = ""
) -> dict[str, Any]:
    visit = await begin(client)
    back = await provider.sign_in(client.http, visit["url"], sub or told["uscc"], **told)
    return answer(visit, back)


async def _sign_in(
    client: Client, provider: MockProvider, told: dict[str, str], sub: str = ""
) -> list[str]:
    return await finish(client, **await _come_back(client, provider, told, sub))


async def test_a_unit_that_nobody_has_registered_is_registered_by_signing_in(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    client = served.visitor()
    assert await _sign_in(client, provider, told) == []
    viewer = (await client.query(VIEWER))["viewer"]
    assert viewer["username"] == f"sw-{told['uscc'].lower()}"
    assert (viewer["name"], viewer["signedInBy"]) == (told["name"], "SINGLE_WINDOW")
    assert viewer["enterprise"] == {"name": told["unit_name"]}
    assert viewer["singleWindowLinked"] is True
    unit = await Enterprise.get(uscc=told["uscc"])
    assert unit.organization_code == told["uscc"][8:17]
    assert (unit.legal_name, unit.legal_country) == (told["legal_name"], "CHN")
    assert unit.legal_id_number == told["legal_id_number"]
    account = await Account.get(enterprise_id=unit.id)
    assert (account.phone, account.email) == (told["phone_number"], told["email"])
    assert account.id_number == told["id_number"]


async def test_a_later_sign_in_finds_the_account_and_makes_none(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    for _ in range(2):
        assert await _sign_in(served.visitor(), provider, told) == []
    assert await Account.filter(username__startswith="sw-").count() == 1
    assert await SingleWindowLink.all().count() == 1


async def test_such_a_unit_applies_as_any_other(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    client = served.visitor()
    await _sign_in(client, provider, told)
    await client.do("Start", kind="NEW_CARDS")


async def test_no_password_opens_an_account_that_has_none(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    await _sign_in(served.visitor(), provider, told)
    name = f"sw-{told['uscc'].lower()}"
    for password in ("", "nobody's password", served.engine.office.passwords.nobodys):
        assert await login(served.visitor(), name, password) == ["LOGIN_FAILED"]


async def test_it_gets_a_password_by_having_forgotten_it(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    client, name = served.visitor(), f"sw-{told['uscc'].lower()}"
    await _sign_in(client, provider, told)
    await done(client, "requestPasswordReset", username=name, **await captcha(client))
    code = await client.code_sent_to(told["phone_number"])
    new = {"newPassword": "another 1 Pass", "newPasswordConfirmation": "another 1 Pass"}
    await done(client, "resetPassword", username=name, smsCode=code, **new)
    assert await login(served.visitor(), name, "another 1 Pass") == []


async def test_a_registered_unit_is_linked_and_its_holder_told(
    served: Served, provider: MockProvider
) -> None:
    unit = await served.unit()
    told = claims(next(NUMBERS)) | {"uscc": unit.unit["unifiedSocialCreditCode"]}
    client = served.visitor()
    assert await _sign_in(client, provider, told) == []
    viewer = (await client.query(VIEWER))["viewer"]
    assert viewer["username"] == unit.account["username"]
    assert viewer["enterprise"] == {"name": unit.unit["name"]}
    (mail,) = await client.outbox(unit.account["email"])
    assert "单一窗口" in mail["subject"]
    assert unit.account["username"] in mail["body"]
    assert await login(served.visitor(), **_password_of(unit)) == []


def _password_of(unit: Any) -> dict[str, str]:
    return {name: unit.account[name] for name in ("username", "password")}


async def test_one_of_the_single_window_opens_an_account_and_a_second_one_does_not(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    await _sign_in(served.visitor(), provider, told, "first")
    refused = [":SINGLE_WINDOW_LINKED_TO_ANOTHER"]
    assert await _sign_in(served.visitor(), provider, told, "second") == refused
    row = await last(what="loginWithSingleWindow", kind="REFUSED")
    account = await Account.get(username=f"sw-{told['uscc'].lower()}")
    assert (row.outcome, row.subject) == (
        "SINGLE_WINDOW_LINKED_TO_ANOTHER",
        f"account-{account.id}",
    )


async def test_who_names_another_unit_than_before_is_refused(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    await _sign_in(served.visitor(), provider, told, "moved")
    elsewhere = claims(next(NUMBERS))
    refused = [":SINGLE_WINDOW_UNIT_DIFFERS"]
    assert await _sign_in(served.visitor(), provider, elsewhere, "moved") == refused
    assert not await Enterprise.exists(uscc=elsewhere["uscc"])


async def test_what_the_single_window_lacks_is_named_and_nothing_is_made(
    served: Served, provider: MockProvider
) -> None:
    # fmt: off
    cases: list[tuple[dict[str, Any], str]] = [
        ({"uscc": None},                     "unit.unifiedSocialCreditCode"),
        ({"uscc": "9122010100000000XX"},     "unit.unifiedSocialCreditCode"),
        ({"unit_name": None},                "unit.name"),
        ({"unit_name": "司" * 65},            "unit.name"),
        ({"legal_id_number": "1"},           "unit.idNumber"),
        ({"legal_name": None},               "unit.legalPersonName"),
        ({"legal_id_type": "LIBRARY_CARD"},  "unit.idType"),
        ({"id_valid_to": "20200102"},        "account.idValidTo"),
        ({"email": "nobody"},                "account.email"),
        ({"phone_number": "1"},              "account.phone"),
        ({"name": "张\u202e三"},              "account.name"),
        ({"name": ["张三"]},                  "account.name"),
    ]
    # fmt: on
    before = await Account.all().count(), await Enterprise.all().count()
    for changed, place in cases:
        told = {k: v for k, v in (claims(next(NUMBERS)) | changed).items() if v is not None}
        refused = await _sign_in(served.visitor(), provider, told, f"lacks-{next(NUMBERS)}")
        assert refused == [f"{place}:SINGLE_WINDOW_DATA_MISSING"], changed
    assert (await Account.all().count(), await Enterprise.all().count()) == before


async def test_a_name_that_was_taken_keeps_no_unit_out(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    squatter = await served.unit()
    taken = f"sw-{told['uscc'].lower()}"
    await Account.filter(username=squatter.account["username"]).update(username=taken)
    client = served.visitor()
    assert await _sign_in(client, provider, told) == []
    viewer = (await client.query(VIEWER))["viewer"]
    assert viewer["username"].startswith(f"{taken}-")


async def test_first_sign_ins_at_once_register_one_unit(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    clients = [served.visitor() for _ in range(4)]
    answers = [await _come_back(client, provider, told) for client in clients]
    pairs = zip(clients, answers, strict=True)
    assert await asyncio.gather(*(finish(client, **sent) for client, sent in pairs)) == [[]] * 4
    assert await Enterprise.filter(uscc=told["uscc"]).count() == 1
    assert await SingleWindowLink.all().count() == 1


async def test_what_was_begun_is_good_for_one_answer_and_of_many_at_once_one_signs_in(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    sent = await _come_back(served.visitor(), provider, told)
    outcomes = await asyncio.gather(*(finish(served.visitor(), **sent) for _ in range(6)))
    assert sorted(outcomes) == [[], *[UNKNOWN] * 5]
    assert await finish(served.visitor(), **sent) == UNKNOWN


async def test_a_refused_answer_has_used_it_up(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    spoilt: list[tuple[dict[str, Any], str]] = [
        ({"binding": "x" * 43}, "binding:SINGLE_WINDOW_VISIT_DIFFERS"),
        ({"consents": ["TERMS"]}, "consents:CONSENT_REQUIRED"),
        ({"code": "x"}, ":SINGLE_WINDOW_FAILED"),
        ({"iss": "https://evil.example"}, "iss:SINGLE_WINDOW_FAILED"),
    ]
    for change, code in spoilt:
        sent = await _come_back(served.visitor(), provider, told)
        assert await finish(served.visitor(), **{**sent, **change}) == [code]
        assert await finish(served.visitor(), **sent) == UNKNOWN


async def test_what_is_too_long_is_not_looked_at(served: Served) -> None:
    told = {"state": "x", "code": "x", "binding": "x", "consents": CONSENTS}
    for name, most in (("state", 64), ("code", 2000), ("binding", 64), ("iss", 300)):
        assert await finish(served.visitor(), **told | {name: "x" * most}) == UNKNOWN
        refused = [f"{name}:TOO_LONG"]
        assert await finish(served.visitor(), **told | {name: "x" * (most + 1)}) == refused


async def test_an_answer_comes_from_the_page_that_began(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    """Login CSRF (RFC 9700 §4.7): the attacker's code, in the victim's page."""
    victim, attacker = await begin(served.visitor()), served.visitor()
    sent = await _come_back(attacker, provider, told)
    refused = ["binding:SINGLE_WINDOW_VISIT_DIFFERS"]
    assert await finish(served.visitor(), **sent | {"binding": victim["binding"]}) == refused


async def test_what_was_begun_too_long_ago_is_over_and_swept_later(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    sent = await _come_back(served.visitor(), provider, told)
    await begin(served.visitor())
    with after(minutes=11):
        assert await finish(served.visitor(), **sent) == ["state:SINGLE_WINDOW_VISIT_EXPIRED"]
        await sweep()
        assert await SingleWindowVisit.all().count() == 1
    with after(minutes=80):
        await sweep()
        assert await SingleWindowVisit.all().count() == 0


async def test_the_browser_is_sent_back_to_places_that_are_allowed_and_no_other(
    settings: Settings, serve: Callable[[Settings], Any], provider: MockProvider
) -> None:
    portal = ["https://portal.example/back", "https://portal.example/other"]
    changed = settings.model_copy(update={"single_window_redirects": portal})
    async with serve(changed) as served:
        client = served.visitor()
        assert _redirect_in(await begin(client)) == portal[0]
        assert _redirect_in(await begin(client, redirectUri=portal[1])) == portal[1]
        for other in (f"{portal[0]}/", f"{portal[0]}?x=1", "https://evil.example/back"):
            refused = await codes(client, "beginSingleWindowSignIn", redirectUri=other)
            assert refused == ["redirectUri:SINGLE_WINDOW_REDIRECT"]
    assert _redirect_in_default(settings).endswith("/sign-in/single-window")


def _redirect_in(visit: dict[str, str]) -> str:
    return parse_qs(urlsplit(visit["url"]).query)["redirect_uri"][0]


def _redirect_in_default(settings: Settings) -> str:
    return settings.single_window_returns[0]


async def test_a_door_that_is_closed_says_so(
    settings: Settings, serve: Callable[[Settings], Any]
) -> None:
    async with serve(settings.model_copy(update={"single_window_url": ""})) as served:
        client, closed = served.visitor(), [":SINGLE_WINDOW_CLOSED"]
        sent = {"state": "x", "code": "x", "binding": "x", "consents": []}
        assert [
            f":{c.partition(':')[2]}" for c in await codes(client, "beginSingleWindowSignIn")
        ] == closed
        assert await finish(client, **sent) == closed


async def test_a_provider_that_was_killed_is_away_until_it_is_back(
    settings: Settings, serve: Callable[[Settings], Any], told: dict[str, str]
) -> None:
    with mock_provider() as mortal:
        async with serve(settings.model_copy(update=mortal.settings)) as served:
            sent = await _come_back(served.visitor(), mortal, told)
            mortal.kill()
            assert await finish(served.visitor(), **sent) == [":SINGLE_WINDOW_AWAY"]
            mortal.start()
            with after(minutes=2):
                assert await _sign_in(served.visitor(), mortal, told) == []


async def test_with_the_card_in_hand_such_a_session_only_queries(
    served: Served, provider: MockProvider
) -> None:
    unit = await served.unit()
    told = claims(next(NUMBERS)) | {"uscc": unit.unit["unifiedSocialCreditCode"]}
    client = served.visitor()
    await _sign_in(client, provider, told)
    await make_card(served, unit)
    somebody = {**person(), "username": "somebody"}
    assert await client.codes("CreateOperatorAccount", **somebody) == [":CARD_NEEDED"]
    refused = (await client.query(UNLINK))["unlinkSingleWindow"]
    assert refused == {"unlinked": None, "errors": [{"code": "CARD_NEEDED"}]}


async def test_unlinking_ends_what_the_single_window_opened_and_lets_another_in(
    served: Served, provider: MockProvider
) -> None:
    unit = await served.unit()
    told = claims(next(NUMBERS)) | {"uscc": unit.unit["unifiedSocialCreditCode"]}
    former = served.visitor()
    await _sign_in(former, provider, told, "former")
    answered = (await unit.client.query(UNLINK))["unlinkSingleWindow"]
    assert answered == {"unlinked": True, "errors": []}
    assert not await is_signed_in(former)
    assert await is_signed_in(unit.client)
    assert (await unit.client.query(VIEWER))["viewer"]["singleWindowLinked"] is False
    assert (await unit.client.query(UNLINK))["unlinkSingleWindow"]["unlinked"] is False
    assert await _sign_in(served.visitor(), provider, told, "later") == []


async def test_every_sign_in_and_its_refusal_is_a_row_of_the_trail(
    served: Served, provider: MockProvider, told: dict[str, str]
) -> None:
    sent = await _come_back(served.visitor(), provider, told)
    assert await finish(served.visitor(), **sent) == []
    assert await finish(served.visitor(), **sent) == UNKNOWN
    row, refused = await trail(what="loginWithSingleWindow")
    account = await Account.get(username=f"sw-{told['uscc'].lower()}")
    assert (row.kind, row.outcome, row.signed_in_by) == ("SIGN_IN", "DONE", "SINGLE_WINDOW")
    assert (row.account_id, row.subject) == (account.id, f"account-{account.id}")
    assert (refused.kind, refused.outcome) == ("REFUSED", "SINGLE_WINDOW_VISIT_UNKNOWN")


async def test_nothing_of_a_sign_in_is_kept_in_clear(
    served: Served,
    provider: MockProvider,
    told: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    client = served.visitor()
    visit = await begin(client)
    row = await SingleWindowVisit.get()
    asked = parse_qs(urlsplit(visit["url"]).query)
    secret = [row.verifier, visit["binding"], asked["state"][0], asked["nonce"][0]]
    kept = await database(served.engine.settings)
    assert _in_clear(kept, secret) == []
    sub = "somebody-of-the-window"
    back = await provider.sign_in(client.http, visit["url"], sub, **told)
    sent = answer(visit, back)
    assert await finish(client, **sent) == []
    kept = await database(served.engine.settings)
    secret += [sent["code"], sub, told["legal_id_number"], told["phone_number"]]
    assert _in_clear(kept, secret) == []
    said = [record.getMessage() for record in caplog.records if _is_logged(record)]
    assert found("\n".join(said).encode(), secret) == []


def _is_logged(record: logging.LogRecord) -> bool:
    """What server/logs.py lets through of it."""
    return record.name.startswith(HOUSE) or record.levelno >= logging.WARNING


def _in_clear(kept: bytes, secret: list[str]) -> list[str]:
    """What stands there as it is; `needles.found` would take our hashes for a disguise."""
    return [text for text in secret if text.encode() in kept]
