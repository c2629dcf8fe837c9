"""The agent's door: HTTP on 127.0.0.1, for the pages of the allowed origins.

Any page in any browser on this machine can send requests here. What keeps them out: the Origin,
which the browser sets and a page cannot; the Host, so that a name that was bent to 127.0.0.1 (DNS
rebinding) is of no use; and the PIN.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar, Final

import challenge
from card import Card
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pins import Ask
from trouble import Trouble

MOST_BYTES: Final = 8192
PATIENCE: Final = 5  # seconds for a request to arrive: one at a time is served


@dataclass(frozen=True)
class Agent:
    """What the agent was started with."""

    server: str
    origins: frozenset[str]
    card: Card
    ask: Ask


class Door(HTTPServer):
    """Serves one request after the other: the card can do no more, nor can its holder."""

    def __init__(self, port: int, agent: Agent) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.agent = agent

    @property
    def hosts(self) -> set[str]:
        return {f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"}


class Handler(BaseHTTPRequestHandler):
    server: Door
    server_version, sys_version = "card-agent", ""
    timeout = PATIENCE
    routes: ClassVar[dict[str, str]] = {"/card": "GET", "/sign": "POST"}

    def do_OPTIONS(self) -> None:
        self._answer(self._preflight)

    def do_GET(self) -> None:
        self._answer(self._card)

    def do_POST(self) -> None:
        self._answer(self._sign)

    def _answer(self, act: Any) -> None:
        """Do it for a page that may ask; tell every other what is wrong, and nothing else."""
        try:
            self._require_known()
            status, told = 200, act()
        except Trouble as trouble:
            status, told = trouble.status, {"error": trouble.code, "message": trouble.message}
        content = json.dumps(told, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in self._headers(content).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _require_known(self) -> None:
        if self.headers.get("Host") not in self.server.hosts:
            raise Trouble(403, "HOST_REFUSED", "Only for this machine.")
        if self._origin not in self.server.agent.origins:
            raise Trouble(403, "ORIGIN_REFUSED", "This page may not use the card.")
        if self.path not in self.routes:
            raise Trouble(404, "NOT_FOUND", "There is /card and /sign.")
        if self.command not in ("OPTIONS", self.routes[self.path]):
            raise Trouble(405, "METHOD", f"{self.path} takes {self.routes[self.path]}.")

    @property
    def _origin(self) -> str | None:
        return self.headers.get("Origin")

    def _headers(self, content: bytes) -> dict[str, str]:
        told = {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "Vary": "Origin",
        }
        if self._origin in self.server.agent.origins:
            told["Access-Control-Allow-Origin"] = self._origin or ""
            told["Access-Control-Allow-Methods"] = "GET, POST"
            told["Access-Control-Allow-Headers"] = "content-type"
            told["Access-Control-Allow-Private-Network"] = "true"
        return told

    def _preflight(self) -> dict[str, str]:
        return {}

    def _card(self) -> dict[str, str]:
        return {"certificate": _pem(self.server.agent.card.certificate())}

    def _sign(self) -> dict[str, str]:
        agent, origin = self.server.agent, self._origin or ""
        asked = challenge.read(self._body().get("payload"), agent.server, datetime.now(UTC))
        certificate = agent.card.certificate()
        pin = agent.ask(_shown(agent.server, origin, certificate))
        if not pin:
            raise Trouble(409, "CANCELLED", "Not signed.")
        data = asked.to_sign(certificate.public_bytes(Encoding.DER), origin)
        signature = base64.b64encode(agent.card.sign(data, certificate, pin)).decode()
        return {"certificate": _pem(certificate), "signature": signature, "origin": origin}

    def _body(self) -> dict[str, Any]:
        """JSON that says that it is: a page of another origin cannot send that unasked."""
        if self.headers.get_content_type() != "application/json":
            raise Trouble(415, "NOT_JSON", "Send JSON.")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            raise Trouble(413, "TOO_LARGE", f"At most {MOST_BYTES} bytes, and say how many.")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError, TimeoutError):
            body = None
        if not isinstance(body, dict):
            raise Trouble(400, "NOT_JSON", "Send a JSON object.")
        return body


def _shown(server: str, origin: str, certificate: x509.Certificate) -> str:
    """What the holder reads before the PIN: everything that the signature says."""
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME) or [None]
    return (
        f"登录 Sign in to {server}\n"
        f"网页 from the page {origin}\n"
        f"持卡人 as {name.value if name else '?'},\n"
        "同意用户服务协议和用户隐私政策 agreeing to its terms and privacy policy."
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
