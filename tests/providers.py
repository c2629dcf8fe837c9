"""Two Single Windows: somebody else's OpenID provider in a process of its own, and a small one of
ours that also does what an honest one never would.
"""

import asyncio
import hashlib
import json
import secrets
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import uvicorn
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.clock import now
from tests.identities import organization_code, person, uscc
from tests.process import free_port

MOCK = Path(sys.executable).with_name("oidc-provider-mock")
PATIENCE = 60.0
SETTINGS = {"single_window_client_id": "portcard"}


def claims(number: int) -> dict[str, str]:
    """What a Single Window tells of the administrator of a unit."""
    told, legal = person(number), person(number + 500)
    document = {
        f"legal_{ours}": legal[theirs]
        for ours, theirs in (
            ("name", "name"),
            ("id_number", "idNumber"),
            ("id_valid_from", "idValidFrom"),
            ("id_valid_to", "idValidTo"),
        )
    }
    assert uscc(number)[8:17] == organization_code(number)
    return {
        "uscc": uscc(number),
        "unit_name": f"长春测试{number}号有限公司",
        **document,
        "name": told["name"],
        "id_number": told["idNumber"],
        "id_valid_from": told["idValidFrom"],
        "id_valid_to": told["idValidTo"],
        "phone_number": told["phone"],
        "email": told["email"],
    }


class MockProvider:
    """oidc-provider-mock, on a port of its own."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._command = [MOCK, "--port", str(port), "--require-nonce", "true"]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, Any]:
        secret = {"single_window_client_secret": SecretStr("it takes any")}
        return {**SETTINGS, **secret, "single_window_url": self.url}

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdout=quiet, stderr=quiet)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                httpx.get(f"{self.url}/jwks", timeout=PATIENCE)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(self.url)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE)

    async def sign_in(self, http: httpx.AsyncClient, url: str, sub: str, **told: Any) -> str:
        """Be `sub` in the browser; answers the address that it is sent back to."""
        await http.put(f"{self.url}/users/{sub}", json=told)
        response = await http.post(url, data={"sub": sub})
        assert response.status_code == 302, response.text
        return response.headers["location"]


@contextmanager
def mock_provider() -> Iterator[MockProvider]:
    provider = MockProvider(free_port())
    provider.start()
    try:
        yield provider
    finally:
        provider.kill()


@dataclass
class Twists:
    """What it does otherwise than an honest provider."""

    claims: dict[str, Any] = field(default_factory=dict)  # of the ID token; None leaves one out
    header: dict[str, Any] = field(default_factory=dict)
    key: Any = None  # that signs, whatever is published
    token: Any = None  # in the place of the ID token
    access: str = ""  # in the place of the access token
    userinfo: dict[str, Any] | None = None  # told there, and not in the token
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Response] = field(default_factory=dict)  # by path
    stalls: set[str] = field(default_factory=set)  # paths that answer too late


class TinyProvider:
    """Signs by joserfc. It insists on PKCE, and on the client's secret if there is one."""

    def __init__(self, port: int, secret: str | None = None) -> None:
        self.url, self.secret = f"http://127.0.0.1:{port}", secret
        self.key: Any = RSAKey.generate_key(2048, auto_kid=True)
        self.twists = Twists()
        self.ends = asyncio.Event()
        self.asked: list[str] = []
        self.secrets: list[Any] = []
        self.forms: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, Any]] = {}
        self._subjects: dict[str, str] = {}

    @property
    def settings(self) -> dict[str, Any]:
        return {**SETTINGS, "single_window_url": self.url}

    def sign_in(self, url: str, sub: str, **told: Any) -> str:
        """As the browser would; answers the address that it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(24)
        self._codes[code] = {**asked, "sub": sub, "told": told}
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def app(self) -> Starlette:
        pages = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks": self._keys,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }
        return Starlette(
            routes=[
                Route(path, self._page(path, page), methods=["GET", "POST"])
                for path, page in pages.items()
            ]
        )

    def _page(self, path: str, page: Any) -> Any:
        async def answer(request: Request) -> Response:
            self.asked.append(path)
            if path in self.twists.stalls:
                await self.ends.wait()
            return self.twists.answers.get(path) or await page(request)

        return answer

    async def _metadata(self, _request: Request) -> Response:
        names = {"token": "token_endpoint", "jwks": "jwks_uri", "userinfo": "userinfo_endpoint"}
        told = {name: f"{self.url}/{path}" for path, name in names.items()}
        told |= {"issuer": self.url, "authorization_endpoint": f"{self.url}/authorize"}
        return _json(told | self.twists.metadata)

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.forms.append(form | {"authorization": request.headers.get("authorization", "")})
        asked = self._codes.pop(form["code"], None)
        if asked is None or not self._is_theirs(form, asked, request):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.twists.token or self.id_token(asked)
        access = self.twists.access or f"access-{form['code']}"
        self._subjects[f"Bearer {access}"] = asked["sub"]
        self.secrets += [token, access]
        return _json({"access_token": access, "token_type": "Bearer", "id_token": token})

    def _is_theirs(self, form: dict[str, str], asked: dict[str, Any], request: Request) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        basic = httpx.BasicAuth("portcard", self.secret or "")
        wanted = next(basic.auth_flow(httpx.Request("GET", self.url))).headers["authorization"]
        known = self.secret is None or request.headers.get("authorization") == wanted
        return proven and known and form["redirect_uri"] == asked["redirect_uri"]

    def id_token(self, asked: dict[str, Any]) -> str:
        moment = int(now().timestamp())
        told = {
            "iss": self.url,
            "aud": asked["client_id"],
            "sub": asked["sub"],
            "iat": moment,
            "exp": moment + 300,
            "nonce": asked["nonce"],
            **({} if self.twists.userinfo else asked["told"]),
            **self.twists.claims,
        }
        key = self.twists.key or self.key
        header = {"alg": "RS256", "kid": key.kid, **self.twists.header}
        said = {name: value for name, value in told.items() if value is not None}
        return jws.serialize_compact(header, json.dumps(said), key, algorithms=[header["alg"]])

    async def _userinfo(self, request: Request) -> Response:
        subject = self._subjects.get(request.headers.get("authorization", ""))
        if subject is None:
            return Response(status_code=401)
        return JSONResponse(self.twists.userinfo or {"sub": subject})

    def rotate(self) -> None:
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.twists.header = {"alg": "ES256"}


SHARED = OctKey.import_key("a secret that a client knows, too")


def _json(told: Any) -> Response:
    """In ASCII: halves of pairs can be said, too."""
    return Response(json.dumps(told), media_type="application/json")


@asynccontextmanager
async def tiny_provider(secret: str | None = None) -> AsyncIterator[TinyProvider]:
    opened = socket.create_server(("127.0.0.1", 0))
    provider = TinyProvider(opened.getsockname()[1], secret)
    config = uvicorn.Config(provider.app(), log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[opened]))
    while not server.started:
        await asyncio.sleep(0.01)
        if task.done():
            task.result()
    try:
        yield provider
    finally:
        provider.ends.set()
        server.should_exit = True
        await task
        opened.close()
