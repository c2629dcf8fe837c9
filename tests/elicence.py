"""E-licences as the tests bring them: from the laptop's issuer, or signed by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey, Key
from joserfc.jws import JWSRegistry

from models.clock import now
from models.licence import CLAIMS
from resolvers.licences import TYPE
from server.dev_issuer import FILE
from tests.accounts import codes, done
from tests.actors import CONSENTS, Unit
from tests.client import Client
from tests.conftest import Served
from tests.identities import unit

SHOWN = """licence { unifiedSocialCreditCode organizationCode name licenceNumber legalPersonName
    legalPersonIdType legalPersonIdNumber legalPersonIdValidFrom legalPersonIdValidTo
    legalPersonCountry registered expiresAt }"""
REACH = ("username", "password", "passwordConfirmation", "phone", "email")


def claims_of(form: dict[str, str]) -> dict[str, Any]:
    """What a licence says of a unit as step 1 of registering has it."""
    texts = (
        form["unifiedSocialCreditCode"], form["name"], "22010000202600001", form["legalPersonName"],
        form["idType"], form["idNumber"], form["idValidFrom"], form["idValidTo"], form["country"],
    )  # fmt: skip
    return dict(zip(CLAIMS, texts, strict=True))


class Ascii(json.JSONEncoder):
    """Spells everything in ASCII, so that half a surrogate pair can be claimed too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": True})


class Issuer:
    """Signs what it is told to, right or wrong."""

    def __init__(self, issuer: str, audience: str, key: Key) -> None:
        self.name, self.audience, self.key = issuer, audience, key

    def claims(self, form: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
        """Good ones, but for the changes; None takes a claim out."""
        began = int(now().timestamp())
        about = {"iss": self.name, "aud": self.audience, "jti": uuid4().hex}
        told = {**about, "iat": began, "exp": began + 300, **claims_of(form or unit()), **changes}
        return {name: value for name, value in told.items() if value is not None}

    def sign(
        self, claims: dict[str, Any], key: Key | None = None, /, alg: str = "ES256", **header: Any
    ) -> str:
        told = {"alg": alg, "kid": self.key.kid, "typ": TYPE, **header}
        head = {name: value for name, value in told.items() if value is not None}
        registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
        options: dict[str, Any] = {"encoder_cls": Ascii, "default_type": None}
        return jwt.encode(head, claims, key or self.key, registry=registry, **options)

    def assertion(self, form: dict[str, str] | None = None, **changes: Any) -> str:
        return self.sign(self.claims(form, **changes))


def issuer_of(served: Served) -> Issuer:
    """The laptop's, with its key."""
    settings = served.engine.settings
    key = ECKey.import_key(json.loads((Path(settings.data_dir) / FILE).read_text("ascii")))
    return Issuer(f"{settings.url}/dev/elicence", settings.url, key)


async def read(client: Client, assertion: str) -> dict[str, Any]:
    payload = await done(client, "readELicence", SHOWN, assertion=assertion)
    licence: dict[str, Any] = payload["licence"]
    return licence


async def refused(client: Client, assertion: str) -> list[str]:
    return await codes(client, "readELicence", assertion=assertion)


async def form_of(visitor: Unit, assertion: str, *, code: str = "") -> dict[str, Any]:
    """The legal person administers the unit: nothing of either is typed."""
    return {
        "assertion": assertion,
        "account": {name: visitor.account[name] for name in REACH},
        "administratorIsLegalPerson": True,
        "smsCode": code or await visitor.code(),
        "consents": CONSENTS,
    }


async def register(visitor: Unit, assertion: str) -> None:
    told = await form_of(visitor, assertion)
    payload = await done(visitor.client, "registerWithELicence", "username", **told)
    assert payload["username"] == visitor.account["username"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
