"""What a provider publishes about itself (OpenID Connect Discovery 1.0), kept for some minutes."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.clock import now
from resolvers.openid_answers import ask, failed_because, is_word

KEPT = timedelta(minutes=10)
SOONEST = timedelta(minutes=1)
"""No sooner are the keys asked for again because a token names one that we do not know: who sends
such tokens must not make us ask.
"""


@dataclass(frozen=True)
class Metadata:
    """Its addresses, and two of its habits."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    takes_basic: bool
    names_itself: bool

    @classmethod
    def of(cls, told: dict[str, Any], issuer: str) -> Self:
        """Raises Refused (SINGLE_WINDOW_FAILED) when it is not about `issuer`."""
        if told.get("issuer") != issuer:
            raise failed_because("it calls itself otherwise")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return cls(
            authorization=_address(told, "authorization_endpoint", issuer),
            token=_address(told, "token_endpoint", issuer),
            keys=_address(told, "jwks_uri", issuer),
            userinfo=_address(told, "userinfo_endpoint", issuer)
            if "userinfo_endpoint" in told
            else None,
            takes_basic=isinstance(methods, list) and "client_secret_basic" in methods,
            names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        )


def _address(told: dict[str, Any], name: str, issuer: str) -> str:
    """As safe as the issuer's own."""
    url, scheme = told.get(name), "https://" if issuer.startswith("https://") else "http"
    if not (is_word(url) and str(url).startswith(scheme) and _leads_somewhere(str(url))):
        raise failed_because(f"its {name} is no address")
    return str(url)


def _leads_somewhere(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class Provider:
    """One issuer. What it publishes is asked for once by however many wait for it."""

    def __init__(self, issuer: str, client: httpx.AsyncClient) -> None:
        self.issuer, self._client = issuer, client
        self._turn = asyncio.Lock()
        self._metadata: tuple[Metadata, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None

    async def metadata(self) -> Metadata:
        async with self._turn:
            if self._metadata is None or self._metadata[1] + KEPT < now():
                url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                told = await ask(self._client, url)
                self._metadata = Metadata.of(told, self.issuer), now()
            return self._metadata[0]

    async def keys(self, *, again: bool = False) -> KeySet:
        """`again`: those we have did not do."""
        metadata = await self.metadata()
        async with self._turn:
            good_for = SOONEST if again else KEPT
            if self._keys is None or self._keys[1] + good_for < now():
                self._keys = _key_set(await ask(self._client, metadata.keys)), now()
            return self._keys[0]


def _key_set(told: dict[str, Any]) -> KeySet:
    try:
        return KeySet.import_key_set({"keys": told["keys"]})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise failed_because(f"its keys: {type(error).__name__}") from None
