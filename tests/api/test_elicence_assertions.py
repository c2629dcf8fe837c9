"""Whose e-licence assertions are taken, and what they must say (docs/elicence.md, RFC 8725)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from server.settings import Settings
from tests.accounts import codes
from tests.actors import Unit
from tests.conftest import Served
from tests.elicence import Issuer, claims_of, form_of, issuer_of, refused
from tests.identities import unit

INVALID = ["assertion:ELICENCE_INVALID"]
EXPIRED = ["assertion:ELICENCE_EXPIRED"]
DOOR = "registerWithELicence"


async def test_an_assertion_is_of_the_issuer_for_this_server_and_now(served: Served) -> None:
    client, issuer = served.visitor(), issuer_of(served)
    began = int(datetime.now(UTC).timestamp())
    # fmt: off
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({},                                         []),
        ({"aud": [issuer.audience, "https://b.example"]}, []),
        ({"sub": "x", "nbf": began, "more": [1]},    []),
        ({"iss": "https://other.example"},           INVALID),
        ({"iss": None},                              INVALID),
        ({"iss": [issuer.name]},                     INVALID),
        ({"aud": "https://other.example"},           INVALID),
        ({"aud": f"{issuer.audience}/"},             INVALID),
        ({"aud": []},                                INVALID),
        ({"aud": None},                              INVALID),
        ({"jti": None},                              INVALID),
        ({"jti": ""},                                INVALID),
        ({"jti": 7},                                 INVALID),
        ({"jti": "j" * 129},                         INVALID),
        ({"jti": "\ud800"},                          INVALID),
        ({"iat": None},                              INVALID),
        ({"exp": None},                              INVALID),
        ({"iat": began + 120, "exp": began + 300},   INVALID),
        ({"nbf": began + 120},                       INVALID),
        ({"iat": began - 600, "exp": began - 61},    EXPIRED),
        ({"iat": began - 600, "exp": began - 30},    []),
        ({"iat": began, "exp": began + 600},         []),
        ({"iat": began, "exp": began + 601},         INVALID),
        ({"iat": began - 10**400, "exp": began},     INVALID),
        ({"exp": began + 300.5},                     INVALID),
        ({"exp": float("nan")},                      INVALID),
        ({"exp": f"{began + 300}"},                  INVALID),
        ({"iat": True},                              INVALID),
    ]
    # fmt: on
    for changes, told in cases:
        assert await refused(client, issuer.assertion(**changes)) == told, changes


async def test_a_licence_says_everything_and_in_lines(served: Served) -> None:
    client, issuer = served.visitor(), issuer_of(served)
    for name in claims_of(unit()):
        for wrong in (None, "", 7, ["x"], {"a": "b"}, "x" * 65, "a\nb", "a\u202eb", "\ud800"):
            told = await refused(client, issuer.assertion(**{name: wrong}))
            assert told == INVALID, (name, wrong)


async def test_what_is_wrong_in_a_licence_is_told_at_its_field(served: Served) -> None:
    client, issuer, form = served.visitor(), issuer_of(served), unit()
    good = form["unifiedSocialCreditCode"]
    bad = good[:-1] + ("0" if good[-1] != "0" else "1")
    # fmt: off
    cases = [
        ("uscc",                     bad,               "unifiedSocialCreditCode:USCC_CHECK_DIGIT"),
        ("name",                     "12345",           "name:NAME_INVALID"),
        ("legal_person_name",        "张3",             "legalPersonName:NAME_INVALID"),
        ("legal_person_id_number",   "110105491231002", "idNumber:RESIDENT_ID_OLD"),
        ("legal_person_id_valid_to", "20210101",        "idValidTo:ID_EXPIRED"),
        ("legal_person_country",     "CN",              "country:COUNTRY_UNKNOWN"),
    ]
    # fmt: on
    for name, value, told in cases:
        assertion = issuer.assertion(form, **{name: value})
        assert await refused(client, assertion) == [f"assertion.{told}"], name
        visitor = Unit(client)
        typed = await form_of(visitor, assertion, code="000000")
        for legal in (True, False):
            typed |= {"administratorIsLegalPerson": legal, "account": visitor.account}
            if legal:
                typed["account"] = {**visitor.account, "idNumber": "not looked at"}
            assert await codes(client, DOOR, **typed) == [f"assertion.{told}"], name
    assert await refused(client, issuer.assertion(legal_person_id_type="LICENCE")) == INVALID


async def test_only_the_issuers_key_by_its_name_and_a_listed_algorithm(served: Served) -> None:
    client, issuer = served.visitor(), issuer_of(served)
    claims = issuer.claims()
    other = ECKey.generate_key("P-256", {"kid": issuer.key.kid or ""})
    public, theirs = issuer.key.as_dict(private=False), other.as_dict(private=False)
    evil = "https://evil.example/keys"
    # fmt: off
    cases = [
        ("good",             issuer.sign(claims),                                   []),
        ("its own jwk",      issuer.sign(claims, jwk=public),                       []),
        ("another jku",      issuer.sign(claims, jku=evil, x5u=evil),               []),
        ("another key",      issuer.sign(claims, other),                            INVALID),
        ("a key brought",    issuer.sign(claims, other, jwk=theirs),                INVALID),
        ("an address",       issuer.sign(claims, other, jku=evil, x5u=evil),        INVALID),
        ("brought by name",  issuer.sign(claims, other, kid="new", jwk=theirs),     INVALID),
        ("unknown kid",      issuer.sign(claims, kid="unknown"),                    INVALID),
        ("no kid",           issuer.sign(claims, kid=None),                         INVALID),
        ("another type",     issuer.sign(claims, typ="JWT"),                        INVALID),
        ("no type",          issuer.sign(claims, typ=None),                         INVALID),
        ("a header unknown", issuer.sign(claims, odd="x"),                          INVALID),
        ("ES384",            _with(issuer, claims, {"alg": "ES384"}),               INVALID),
        ("RS256, EC key",    _with(issuer, claims, {"alg": "RS256"}),               INVALID),
        ("none",             _with(issuer, claims, {"alg": "none"}, b""),           INVALID),
        ("None",             _with(issuer, claims, {"alg": "None"}, b""),           INVALID),
        ("critical",         issuer.sign(claims, crit=["b64"], b64=True),        INVALID),
    ]
    # fmt: on
    for name, assertion, told in cases:
        assert await refused(client, assertion) == told, name


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _with(
    issuer: Issuer, claims: dict[str, Any], header: Any, signature: bytes | None = None
) -> str:
    """By hand, since no library signs so: a good signature's bytes under another header."""
    told = header
    if isinstance(header, dict):
        told = {"alg": "ES256", "kid": issuer.key.kid, "typ": "elicence+jwt", **header}
    head, body, good = issuer.sign(claims).split(".")
    head = _b64(json.dumps(told).encode())
    return f"{head}.{body}.{good if signature is None else _b64(signature)}"


async def test_a_public_key_is_no_secret_to_sign_with(served: Served) -> None:
    client, issuer = served.visitor(), issuer_of(served)
    public = ECKey.import_key(issuer.key.as_dict(private=False))
    secrets = (public.as_pem(private=False), public.as_der(private=False), b"")
    for secret in (*secrets, json.dumps(public.as_dict()).encode()):
        head, body, _ = _with(issuer, issuer.claims(), {"alg": "HS256"}).split(".")
        mac = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
        assert await refused(client, f"{head}.{body}.{_b64(mac)}") == INVALID


async def test_what_is_no_assertion_is_refused_in_so_many_words(served: Served) -> None:
    client, issuer = served.visitor(), issuer_of(served)
    good = issuer.assertion()
    head, body, signature = good.split(".")
    flipped = signature[:-10] + ("A" if signature[-10] != "A" else "B") + signature[-9:]
    headers = (["alg"], "alg", 7, None, {"alg": 7}, {"kid": 7}, {"alg": ["ES256"]}, {"crit": 1})
    rest = f"{body}.{signature}"
    texts = [
        "", "x", "..", "a.b.c", head, f"{head}.{body}", f"{good}.", f"{good}=", f".{rest}",
        f"{head}..{signature}", f"{head}.{body}.", f"{head}.{body}.{flipped}",
        f"{head}.{body}.!!!!", f"{head}x.{rest}", f"{head}.{body[:-4]}.{signature}", "执照",
        f" {good}", f"{_b64(b'[' * 380)}.{rest}", f"{_b64(b'[' * 3000)}.{rest}",
        *(_with(issuer, issuer.claims(), header) for header in headers),
    ]  # fmt: skip
    for text in texts:
        assert await refused(client, text) == INVALID, text
    assert await refused(client, good) == []
    assert await refused(client, "A" * 9216) == ["assertion:TOO_LONG"]
    long = issuer.assertion(more="x" * 9216)
    assert await refused(client, long) == ["assertion:TOO_LONG"]
    assert await refused(client, issuer.assertion(more="x" * 4096)) == []


@pytest.fixture
def configured(settings: Settings, tmp_path: Path) -> tuple[Settings, Issuer, Issuer]:
    """A deployment with an issuer of two keys, one of each kind."""
    keys = (
        ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}),
        RSAKey.generate_key(2048, {"kid": "rsa"}),
    )
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}))
    name = "https://elicence.example"
    told = settings.model_copy(update={"elicence_issuer": name, "elicence_keys": file})
    ec, rsa = (Issuer(name, settings.url, key) for key in keys)
    return told, ec, rsa


async def test_a_configured_issuer_is_taken_and_the_laptops_is_not(
    configured: tuple[Settings, Issuer, Issuer], serve: Callable[[Settings], Any]
) -> None:
    told, ec, rsa = configured
    async with serve(told) as served:
        client = served.visitor()
        assert await refused(client, issuer_of(served).assertion()) == INVALID
        assert (await served.http.post(f"{served.url}/dev/elicence")).status_code == 404
        assert await refused(client, ec.assertion()) == []
        for alg, expected in (("RS256", []), ("PS256", []), ("RS512", INVALID)):
            assert await refused(client, rsa.sign(rsa.claims(), alg=alg)) == expected, alg
        mixed = ec.sign(ec.claims(), kid="rsa")
        assert await refused(client, mixed) == INVALID
