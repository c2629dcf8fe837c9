"""Signing in by card: one answer a challenge, and nothing but the unit's own legal card."""

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from hardware.card_proof import PREFIX
from models.card_challenge import CardChallenge
from server.settings import Settings
from tests.actors import Unit
from tests.cards import Holder, answer, ask, codes_of, holder_of, make_card, sign_in_by, to_sign
from tests.conftest import Served

FIELDS = ("audience", "expires", "issued", "nonce", "operation", "purpose", "requester")
UNKNOWN = ["challengeId:CARD_CHALLENGE_UNKNOWN"]


async def test_a_legal_card_signs_its_units_administrator_in(
    served: Served, card_unit: Unit, holder: Holder
) -> None:
    client = served.visitor()
    await sign_in_by(client, holder)
    viewer = await client.ask("Viewer")
    assert viewer["username"] == card_unit.account["username"]
    assert viewer["signedInBy"] == "CARD"


async def test_a_challenge_names_everything_that_it_is_bound_to(served: Served) -> None:
    client = served.visitor()
    one, other = [json.loads((await ask(client))["payload"]) for _ in range(2)]
    assert tuple(sorted(one)) == FIELDS
    assert one["audience"] == served.engine.settings.url
    assert one["nonce"] != other["nonce"]
    assert one["requester"] != other["requester"]
    assert len(base64.urlsafe_b64decode(one["nonce"] + "=")) == 32
    began, ends = (datetime.fromisoformat(one[name]) for name in ("issued", "expires"))
    assert ends - began == timedelta(seconds=60)


async def test_a_challenge_is_good_for_one_answer(served: Served, holder: Holder) -> None:
    client = served.visitor()
    told = holder.answer(await ask(client))
    await client.do("CardLogin", **told)
    assert await codes_of(client, told) == UNKNOWN


async def test_a_refused_answer_uses_the_challenge_up(served: Served, holder: Holder) -> None:
    client = served.visitor()
    spoilt: list[tuple[dict[str, Any], str]] = [
        ({"signature": "AAAA"}, "signature:CARD_SIGNATURE_WRONG"),
        ({"consents": ["TERMS"]}, "consents:CONSENT_REQUIRED"),
        ({"certificate": "x"}, "certificate:CARD_CERTIFICATE_MALFORMED"),
        ({"origin": "https://evil.example"}, "origin:CARD_ORIGIN_REFUSED"),
    ]
    for change, code in spoilt:
        told = holder.answer(await ask(client))
        assert await codes_of(client, {**told, **change}) == [code]
        assert await codes_of(client, told) == UNKNOWN


async def test_of_many_answers_at_once_exactly_one_signs_in(served: Served, holder: Holder) -> None:
    client = served.visitor()
    told = holder.answer(await ask(client))
    outcomes = await asyncio.gather(*(codes_of(client, told) for _ in range(8)))
    assert sorted(outcomes) == [[], *[UNKNOWN] * 7]


async def test_a_signature_holds_for_every_field_as_the_server_keeps_it(
    served: Served, holder: Holder
) -> None:
    client = served.visitor()
    now = datetime.now(UTC)
    # fmt: off
    others = {
        "audience":    "https://other.example",
        "expires":     f"{now + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "issued":      f"{now - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "nonce":       "A" * 43,
        "operation":   "0" * 64,
        "purpose":     "declaration",
        "requester":   "0" * 64,
        "certificate": "0" * 64,
        "origin":      "https://evil.example",
        "more":        "more",
    }
    # fmt: on
    assert set(FIELDS) < set(others)
    for name, value in others.items():
        told = holder.answer(await ask(client), **{name: value})
        assert await codes_of(client, told) == ["signature:CARD_SIGNATURE_WRONG"], name


async def test_a_signature_without_the_prefix_is_none(served: Served, holder: Holder) -> None:
    client = served.visitor()
    challenge = await ask(client)
    bare = to_sign(challenge, holder.certificate).removeprefix(PREFIX)
    told = answer(challenge, holder.pem, holder.sign(bare))
    assert await codes_of(client, told) == ["signature:CARD_SIGNATURE_WRONG"]


async def test_an_answer_to_another_challenge_is_none(served: Served, holder: Holder) -> None:
    client = served.visitor()
    told = holder.answer(await ask(client))
    told["challengeId"] = (await ask(client))["id"]
    assert await codes_of(client, told) == ["signature:CARD_SIGNATURE_WRONG"]


async def test_a_challenge_ends_after_a_minute_and_is_swept_later(
    served: Served, holder: Holder
) -> None:
    client = served.visitor()
    told = holder.answer(await ask(client))
    await ask(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        assert await codes_of(client, told) == ["challengeId:CARD_CHALLENGE_EXPIRED"]
        await ask(client)
        assert await CardChallenge.all().count() == 3
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=20)):
        await ask(client)
        assert await CardChallenge.all().count() == 1


async def test_an_answer_comes_from_the_session_that_asked(
    served: Served, card_unit: Unit, holder: Holder
) -> None:
    visitor, other = served.visitor(), await served.unit()
    pairs = [
        (card_unit.client, visitor),
        (visitor, card_unit.client),
        (card_unit.client, other.client),
    ]
    for asking, answering in pairs:
        told = holder.answer(await ask(asking))
        assert await codes_of(answering, told) == ["challengeId:CARD_CHALLENGE_DIFFERS"]
    assert await codes_of(card_unit.client, holder.answer(await ask(card_unit.client))) == []


async def test_a_challenge_of_another_server_or_act_is_none_of_ours(
    served: Served, holder: Holder
) -> None:
    client = served.visitor()
    for changed in ({"audience": "https://other.example"}, {"operation": "0" * 64}):
        told = holder.answer(await ask(client))
        await CardChallenge.filter(consumed_at__isnull=True).update(**changed)
        assert await codes_of(client, told) == ["challengeId:CARD_CHALLENGE_DIFFERS"]


async def test_a_page_of_an_allowed_origin_may_have_asked_and_no_other(
    settings: Settings, serve: Callable[[Settings], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = "https://portal.example"
    async with serve(settings.model_copy(update={"allowed_origins": [portal]})) as served:
        unit = await served.unit()
        holder = await holder_of(served, await make_card(served, unit), monkeypatch)
        client = served.visitor()
        wrong, refused = "signature:CARD_SIGNATURE_WRONG", "origin:CARD_ORIGIN_REFUSED"
        evil = "https://evil.example"
        # fmt: off
        cases: list[tuple[dict[str, str], dict[str, str | None], list[str]]] = [
            ({"origin": portal},       {"origin": portal},       []),
            ({},                       {"origin": settings.url}, []),
            ({},                       {"origin": None},         []),
            ({"origin": portal},       {},                       [wrong]),
            ({},                       {"origin": portal},       [wrong]),
            ({"origin": evil},         {},                       [wrong]),
            ({"origin": evil},         {"origin": evil},         [refused]),
            ({"origin": f"{portal}."}, {"origin": f"{portal}."}, [refused]),
            ({"origin": "null"},       {"origin": "null"},       [refused]),
        ]
        # fmt: on
        for signed, told, codes in cases:
            sent = {**holder.answer(await ask(client), **signed), **told}
            assert await codes_of(client, sent) == codes, (signed, told)


async def test_what_is_no_certificate_or_signature_is_refused_in_so_many_words(
    served: Served, holder: Holder
) -> None:
    client, pem = served.visitor(), holder.pem
    # fmt: off
    cases = [
        ("certificate", "",                    "CARD_CERTIFICATE_MALFORMED"),
        ("certificate", "x",                   "CARD_CERTIFICATE_MALFORMED"),
        ("certificate", pem[:200],             "CARD_CERTIFICATE_MALFORMED"),
        ("certificate", pem.replace("M", "N"), "CARD_CERTIFICATE_MALFORMED"),
        ("certificate", pem + pem,             "CARD_CERTIFICATE_MALFORMED"),
        ("certificate", "证书",                 "CARD_CERTIFICATE_MALFORMED"),
        ("certificate", "\0",                  "CONTROL_CHARACTER"),
        ("certificate", "A" * 100_000,         "TOO_LONG"),
        ("signature",   "",                    "CARD_SIGNATURE_WRONG"),
        ("signature",   "!!",                  "CARD_SIGNATURE_WRONG"),
        ("signature",   "签",                   "CARD_SIGNATURE_WRONG"),
        ("signature",   "AAAA",                "CARD_SIGNATURE_WRONG"),
        ("signature",   "A" * 2000,            "CARD_SIGNATURE_WRONG"),
        ("signature",   "A" * 100_000,         "TOO_LONG"),
        ("challengeId", "x",                   "CARD_CHALLENGE_UNKNOWN"),
        ("challengeId", "",                    "CARD_CHALLENGE_UNKNOWN"),
        ("origin",      "o" * 301,             "TOO_LONG"),
    ]
    # fmt: on
    for name, value, code in cases:
        told = holder.answer(await ask(client))
        assert await codes_of(client, {**told, name: value}) == [f"{name}:{code}"], (name, value)
