"""The Single Window by OpenID Connect: the code flow with PKCE (RFC 7636) and a nonce."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx

from resolvers.id_token import Expected, UnknownKey, judged
from resolvers.openid_answers import ask, failed_because, is_word, patience
from resolvers.openid_provider import Metadata, Provider
from resolvers.single_window import CLAIMS, Identity, Leaving, Returning, usable


@dataclass(frozen=True)
class Registration:
    """What the operator of the Single Window and we have agreed on. Without a `secret` we are a
    public client, and PKCE alone proves that the code is ours.
    """

    issuer: str
    client_id: str
    secret: str | None
    redirects: tuple[str, ...]
    scopes: str = "openid profile email phone"
    names: Mapping[str, str] = field(default_factory=dict)


class OpenIdWindow:
    """A SingleWindow. Whatever is asked for one sign-in takes ten seconds at most."""

    def __init__(self, registration: Registration, client: httpx.AsyncClient) -> None:
        self._ours, self._client = registration, client
        self._provider = Provider(registration.issuer, client)

    @property
    def redirects(self) -> tuple[str, ...]:
        return self._ours.redirects

    async def address(self, leaving: Leaving) -> str:
        async with patience():
            there = (await self._provider.metadata()).authorization
        told = {
            "response_type": "code",
            "client_id": self._ours.client_id,
            "redirect_uri": leaving.redirect_uri,
            "scope": self._ours.scopes,
            "state": leaving.state,
            "nonce": leaving.nonce,
            "code_challenge": challenge_of(leaving.verifier),
            "code_challenge_method": "S256",
        }
        return f"{there}{'&' if '?' in there else '?'}{urlencode(told)}"

    async def identity(self, returning: Returning) -> Identity:
        async with patience():
            metadata = await self._provider.metadata()
            self._refuse_another(metadata, returning.iss)
            tokens = await self._redeemed(metadata, returning)
            claims = await self._believed(tokens.get("id_token"), returning)
            told = await self._told(metadata, claims, tokens.get("access_token"))
        return Identity(self._ours.issuer, claims["sub"], told)

    def _refuse_another(self, metadata: Metadata, iss: str | None) -> None:
        """The answer was another provider's (RFC 9207)."""
        if iss != self._ours.issuer and (iss is not None or metadata.names_itself):
            raise failed_because("the answer is another provider's", "iss")

    async def _redeemed(self, metadata: Metadata, returning: Returning) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": returning.code,
            "redirect_uri": returning.redirect_uri,
            "code_verifier": returning.verifier,
        }
        ours = {"client_id": self._ours.client_id}
        if self._ours.secret is None:
            return await ask(self._client, metadata.token, form | ours)
        if metadata.takes_basic:
            return await ask(
                self._client, metadata.token, form, auth=self._basic(self._ours.secret)
            )
        secret = {"client_secret": self._ours.secret}
        return await ask(self._client, metadata.token, form | ours | secret)

    def _basic(self, secret: str) -> httpx.Auth:
        """Both are encoded as in forms first (RFC 6749 §2.3.1)."""
        return httpx.BasicAuth(quote_plus(self._ours.client_id), quote_plus(secret))

    async def _believed(self, token: object, returning: Returning) -> dict[str, Any]:
        """The provider may have another key since we asked for its keys: then once more."""
        ours = self._ours
        expected = Expected(ours.issuer, ours.client_id, returning.nonce_hash)
        try:
            return judged(token, await self._provider.keys(), expected)
        except UnknownKey:
            pass
        try:
            return judged(token, await self._provider.keys(again=True), expected)
        except UnknownKey:
            raise failed_because("its ID token is signed by an unknown key") from None

    async def _told(
        self, metadata: Metadata, claims: dict[str, Any], access: object
    ) -> dict[str, str]:
        """What the ID token lacks is asked for, and is of the same person or nothing (§5.3.2)."""
        told = usable(claims, self._ours.names)
        if len(told) == len(CLAIMS) or metadata.userinfo is None or not is_word(access):
            return told
        headers = {"Authorization": f"Bearer {access}"}
        more = await ask(self._client, metadata.userinfo, headers=headers)
        if more.get("sub") != claims["sub"]:
            raise failed_because("its userinfo is of somebody else")
        return usable(more, self._ours.names) | told


def challenge_of(verifier: str) -> str:
    """The S256 challenge (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
