"""The Single Window by OpenID Connect: the code flow with PKCE (RFC 7636) and a nonce."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request

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
        address, _ = self._client_of(leaving.redirect_uri).create_authorization_url(
            there, state=leaving.state, code_verifier=leaving.verifier, nonce=leaving.nonce
        )
        return str(address)

    async def identity(self, returning: Returning) -> Identity:
        async with patience():
            metadata = await self._provider.metadata()
            self._refuse_another(metadata, returning.iss)
            tokens = await self._redeemed(metadata, returning)
            claims = await self._believed(tokens, returning)
            told = await self._told(metadata, claims, tokens.get("access_token"))
        return Identity(self._ours.issuer, claims["sub"], told)

    def _refuse_another(self, metadata: Metadata, iss: str | None) -> None:
        """The answer was another provider's (RFC 9207)."""
        if iss != self._ours.issuer and (iss is not None or metadata.names_itself):
            raise failed_because("the answer is another provider's", "iss")

    async def _redeemed(self, metadata: Metadata, returning: Returning) -> dict[str, Any]:
        form = prepare_token_request(
            "authorization_code",
            code=returning.code,
            redirect_uri=returning.redirect_uri,
            code_verifier=returning.verifier,
        )
        url, headers, body = self._proof(metadata).prepare("POST", metadata.token, {}, form)
        return await ask(self._client, url, body, headers)

    def _proof(self, metadata: Metadata) -> ClientAuth:
        """How the token endpoint is told who we are. In a header both are encoded as in forms
        first (RFC 6749 §2.3.1), which authlib leaves to us.
        """
        ours, secret = self._ours.client_id, self._ours.secret
        if secret is None:
            return ClientAuth(ours, None, "none")
        if metadata.takes_basic:
            return ClientAuth(quote_plus(ours), quote_plus(secret), "client_secret_basic")
        return ClientAuth(ours, secret, "client_secret_post")

    def _client_of(self, redirect_uri: str) -> OAuth2Client:
        """authlib's, for what is asked; asking is our own: bounded, and never led elsewhere."""
        return OAuth2Client(
            session=None,
            client_id=self._ours.client_id,
            scope=self._ours.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    async def _believed(self, tokens: dict[str, Any], returning: Returning) -> dict[str, Any]:
        """The provider may have another key since we asked for its keys: then once more."""
        ours, token, access = self._ours, tokens.get("id_token"), tokens.get("access_token")
        expected = Expected(ours.issuer, ours.client_id, returning.nonce_hash, access)
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
        marks = {name: mark for name, mark in claims.items() if name.endswith("_verified")}
        return usable(more | marks, self._ours.names) | told
