"""The card agent signs our challenges for the pages it was told of, and nothing else."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from card import Card
from challenge import PREFIX, canonical
from cryptography import x509
from door import MOST_BYTES, Agent, Door

from hardware.authority import AuthorityNames, AuthorityPins, random_serial
from hardware.issuance import build_tbs
from hardware.keys import KeyKind, verifies
from hardware.module import softhsm
from hardware.names import Holder
from hardware.profiles import Profiles
from hardware.token import Pins
from hardware.worker import HardwareWorker

SERVER, PAGE = "https://ra.example", "https://portal.example"
OPERATION = {"act": "loginWithCard", "consents": "PRIVACY TERMS"}
CA_PINS = AuthorityPins(Pins("so-of-root", "root-1234"), Pins("so-of-issuing", "issuing-1234"))
CARD_PINS = Pins("so-of-card", "card-1234")


class Maker:
    """Makes cards in a process of its own, which goes on holding the module."""

    def __init__(self, folder: Path) -> None:
        self.worker = HardwareWorker(softhsm(folder))

    @property
    def library(self) -> Path:
        return Path(self.worker.module.library)

    async def make(self, label: str, kind: KeyKind = KeyKind.P256) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        names = AuthorityNames("测试", "测试根证书", "测试签发证书")
        ca = await self.worker.init_ca(CA_PINS, names, now)
        made = await self.worker.personalise(label, b"key", CARD_PINS, kind)
        tbs = build_tbs(
            made.csr_der,
            random_serial(),
            Holder("长春测试有限公司", "91220101MA0Y3XWQ0T", "张三", label),
            Profiles.LEGAL,
            issuer_pem=ca.issuing_pem,
            base_url=SERVER,
            not_before=now,
        )
        der = await self.worker.sign_tbs(CA_PINS.issuing.user, tbs)
        await self.worker.write_certificate(label, b"key", CARD_PINS.user, der)


@pytest.fixture
async def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Maker(tmp_path / "softhsm")
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.worker.module.configuration))
    await made.make("CARD-1")
    yield made
    await made.worker.close()


@dataclass
class Page:
    """A page in a browser; its headers can be forged where a browser would not let it."""

    address: str
    headers: dict[str, str]

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"Content-Type": "application/json", **self.headers, **headers}
        shown = {name.replace("_", "-"): value for name, value in told.items() if value}
        with httpx.Client(timeout=20) as client:
            return client.request(method, self.address + path, content=content, headers=shown)

    def sign(self, payload: object, **headers: str) -> httpx.Response:
        return self.send("POST", "/sign", {"payload": payload}, **headers)


@contextmanager
def _opened(card: Card, ask: Callable[[str], str | None]) -> Iterator[Page]:
    with Door(0, Agent(SERVER, frozenset({PAGE}), card, ask)) as door:
        assert door.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=door.serve_forever, args=(0.02,))
        thread.start()
        yield Page(f"http://127.0.0.1:{door.server_port}", {"Origin": PAGE})
        door.shutdown()
        thread.join()


@pytest.fixture
def card(maker: Maker) -> Card:
    return Card(maker.library, "CARD-1", None)


@pytest.fixture
def page(card: Card) -> Iterator[Page]:
    with _opened(card, lambda _text: CARD_PINS.user) as page:
        yield page


def _moment(seconds: float = 0) -> str:
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def _fields(**changes: Any) -> dict[str, Any]:
    return {
        "audience": SERVER,
        "expires": _moment(60),
        "issued": _moment(),
        "nonce": "n" * 43,
        "operation": hashlib.sha256(canonical(OPERATION).encode()).hexdigest(),
        "purpose": "card-sign-in",
        "requester": "0" * 64,
        **changes,
    }


def _error(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def _is_good(answer: dict[str, str], fields: dict[str, str]) -> bool:
    """Whether it is a signature under our format, with this card and this page."""
    certificate = x509.load_pem_x509_certificate(answer["certificate"].encode())
    told = {
        **fields,
        "certificate": certificate.fingerprint(certificate.signature_hash_algorithm).hex(),  # type: ignore[arg-type]
        "origin": PAGE,
    }
    data = PREFIX + canonical(told).encode()
    return verifies(certificate.public_key(), base64.b64decode(answer["signature"]), data)  # type: ignore[arg-type]


def test_it_signs_a_challenge_for_a_page_that_it_knows(page: Page) -> None:
    fields = _fields()
    response = page.sign(canonical(fields))
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["origin"] == PAGE
    assert answer["certificate"] == page.send("GET", "/card").json()["certificate"]
    assert _is_good(answer, fields)
    assert not _is_good(answer, _fields(nonce="m" * 43))


async def test_an_rsa_card_signs_too_made_while_the_agent_runs(maker: Maker, page: Page) -> None:
    await maker.make("CARD-2", KeyKind.RSA2048)
    fields = _fields()
    with _opened(Card(maker.library, "CARD-2", None), lambda _text: CARD_PINS.user) as other:
        assert _is_good(other.sign(canonical(fields)).json(), fields)
    assert _is_good(page.sign(canonical(fields)).json(), fields)
    read = await maker.worker.read_card("CARD-1", CARD_PINS.user)
    assert [key.sound for key in read.keys] == [True]


def test_a_card_is_found_by_its_serial_number_too(maker: Maker, card: Card) -> None:
    folder = next(
        path for path in (maker.worker.module.tokens or Path()).iterdir() if _label(path, "CARD-1")
    )
    serial = folder.name.replace("-", "")[-16:]
    assert Card(maker.library, None, serial).certificate() == card.certificate()


def _label(token: Path, label: str) -> bool:
    return label.encode() in (token / "token.object").read_bytes()


FOREIGN = ["https://evil.example", "null", f"{PAGE}.evil.example", PAGE.upper(), f"{PAGE}/", ""]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_page_gets_nothing(page: Page, origin: str) -> None:
    payload = {"payload": canonical(_fields())}
    for method, path in (("POST", "/sign"), ("GET", "/card"), ("OPTIONS", "/sign")):
        response = page.send(method, path, payload, Origin=origin)
        assert _error(response) == (403, "ORIGIN_REFUSED")
        assert "access-control-allow-origin" not in response.headers


def test_another_name_for_this_machine_is_refused(page: Page) -> None:
    port = page.address.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1.evil:{port}"):
        for method, path in (("POST", "/sign"), ("GET", "/card"), ("OPTIONS", "/card")):
            response = page.send(method, path, {"payload": canonical(_fields())}, Host=host)
            assert _error(response) == (403, "HOST_REFUSED")
    assert page.send("GET", "/card", Host=f"localhost:{port}").status_code == 200


def test_a_browser_that_asks_first_is_told_that_the_page_may(page: Page) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Private-Network": "true",
    }
    response = page.send("OPTIONS", "/sign", **asked)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == PAGE
    assert response.headers["access-control-allow-private-network"] == "true"
    assert response.headers["access-control-allow-headers"] == "content-type"


# fmt: off
NOT_SIGNED: list[Any] = [
    None, 7, [], {}, "", "x", "{}", "[]", "null", "0" * 64, "报关单", '{"a":' * 900, "[" * 1900,
    canonical(_fields()) + " ",
    json.dumps(_fields()),
    canonical(_fields(more="x")),
    canonical({name: text for name, text in _fields().items() if name != "nonce"}),
    canonical(_fields(audience="https://other.example")),
    canonical(_fields(audience=f"{SERVER}/")),
    canonical(_fields(purpose="declaration")),
    canonical(_fields(operation="0" * 64)),
    canonical(_fields(nonce="n" * 42)),
    canonical(_fields(nonce="n" * 1990)),
    canonical(_fields(nonce=7)),
    canonical(_fields(requester="报" * 64)),
    canonical(_fields(expires=_moment(-60), issued=_moment(-120))),
    canonical(_fields(expires=_moment(86460), issued=_moment(86400))),
    canonical(_fields(expires=_moment(86400))),
    canonical(_fields(expires=_moment(-1))),
    canonical(_fields(issued="2026-02-30T00:00:00Z")),
]
# fmt: on


def test_nothing_but_a_challenge_of_its_server_is_signed(maker: Maker) -> None:
    asked: list[str] = []
    with _opened(Card(maker.library, "CARD-1", None), asked.append) as page:
        for payload in NOT_SIGNED:
            assert _error(page.sign(payload)) == (422, "CHALLENGE_REFUSED"), payload
    assert asked == []


def test_what_is_no_json_of_a_moderate_size_is_refused(page: Page) -> None:
    body = json.dumps({"payload": canonical(_fields())}).encode()
    assert _error(page.send("POST", "/sign", body, Content_Type="text/plain"))[0] == 415
    assert _error(page.send("POST", "/sign", b"[]")) == (400, "NOT_JSON")
    assert _error(page.send("POST", "/sign", b"\xff")) == (400, "NOT_JSON")
    assert _error(page.send("POST", "/sign", b"x" * (MOST_BYTES + 1))) == (413, "TOO_LARGE")
    assert _error(page.send("GET", "/sign"))[0] == 405
    assert _error(page.send("GET", "/../etc/passwd"))[0] == 404


def test_the_holder_reads_what_is_signed_and_may_refuse(maker: Maker) -> None:
    shown: list[str] = []
    with _opened(Card(maker.library, "CARD-1", None), shown.append) as page:
        assert _error(page.sign(canonical(_fields()))) == (409, "CANCELLED")
    for told in (SERVER, PAGE, "张三", "用户服务协议"):
        assert told in shown[0]


def test_wrong_pins_stop_the_agent_before_they_lock_the_card(maker: Maker) -> None:
    pins = iter(["wrong-1", "1", CARD_PINS.user, "wrong-2", "wrong-3", "wrong-4", CARD_PINS.user])
    told = []
    with _opened(Card(maker.library, "CARD-1", None), lambda _text: next(pins)) as page:
        for _ in range(7):
            response = page.sign(canonical(_fields()))
            told.append(response.json().get("error", "signed"))
            assert CARD_PINS.user not in response.text
    assert told == ["PIN_WRONG"] * 2 + ["signed"] + ["PIN_WRONG"] * 3 + ["PIN_STOPPED"]


def test_without_its_card_it_says_so(maker: Maker) -> None:
    for card in (Card(maker.library, "CARD-9", None), Card(Path("/no/such.so"), "CARD-1", None)):
        with _opened(card, lambda _text: CARD_PINS.user) as page:
            assert _error(page.sign(canonical(_fields()))) == (503, "CARD_UNREADABLE")
