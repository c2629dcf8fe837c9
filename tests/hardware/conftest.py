"""One SoftHSM folder with a CA for a whole test process; every test makes cards of its own."""

import itertools
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from hardware.authority import Authority, AuthorityNames, AuthorityPins, random_serial
from hardware.issuance import build_tbs
from hardware.keys import KeyKind
from hardware.module import Module, softhsm
from hardware.names import Holder
from hardware.profiles import Profiles
from hardware.token import Pins
from hardware.worker import HardwareWorker

NOW = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
CA_PINS = AuthorityPins(Pins("so-of-root", "root-1234"), Pins("so-of-issuing", "issuing-1234"))
CA_NAMES = AuthorityNames("口岸卡测试", "口岸卡测试根证书", "口岸卡测试签发证书")


@dataclass(frozen=True)
class CardCase:
    """A card number of its own, with the key id and the PINs to use on it."""

    label: str
    key_id: bytes = b"\x01card-key"
    pins: Pins = Pins("so-of-card", "card-1234")  # noqa: RUF009 - frozen

    @property
    def pin(self) -> str:
        return self.pins.user

    @property
    def holder(self) -> Holder:
        return Holder("长春测试有限公司", "91220101MA0Y3XWQ0T", "张三", self.label)


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    return softhsm(tmp_path_factory.mktemp("softhsm"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def worker(module: Module) -> AsyncIterator[HardwareWorker]:
    worker = HardwareWorker(module)
    yield worker
    await worker.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ca(worker: HardwareWorker) -> Authority:
    return await worker.init_ca(CA_PINS, CA_NAMES, NOW)


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def card(numbers: Iterator[int]) -> CardCase:
    return CardCase(f"CARD-{next(numbers):04d}")


@pytest.fixture
def other_card(numbers: Iterator[int]) -> CardCase:
    return CardCase(f"CARD-{next(numbers):04d}")


@pytest_asyncio.fixture
async def own_worker(tmp_path: Path) -> AsyncIterator[HardwareWorker]:
    """A worker with a token folder of its own, for tests that break either."""
    worker = HardwareWorker(softhsm(tmp_path / "softhsm"))
    yield worker
    await worker.close()


@pytest.fixture
def tbs_for(ca: Authority) -> Callable[..., bytes]:
    """A to-be-signed certificate for a card's request."""

    def make(
        csr: bytes,
        card: CardCase,
        *,
        serial: int | None = None,
        holder: Holder | None = None,
        not_before: datetime = NOW,
        issuer_pem: str = ca.issuing_pem,
    ) -> bytes:
        return build_tbs(
            csr,
            serial or random_serial(),
            holder or card.holder,
            Profiles.OPERATOR,
            issuer_pem=issuer_pem,
            base_url="https://ra.example",
            not_before=not_before,
        )

    return make


@pytest.fixture
def openssl_accepts(tmp_path: Path) -> Callable[[Authority, str], bool]:
    """Whether `openssl verify -x509_strict` builds a chain from the certificate to the root."""

    def verify(ca: Authority, certificate_pem: str) -> bool:
        for name, pem in (("root", ca.root_pem), ("issuing", ca.issuing_pem)):
            (tmp_path / name).write_text(pem)
        (tmp_path / "leaf").write_text(certificate_pem)
        at = str(int(NOW.timestamp()) + 60)
        options = ["-x509_strict", "-attime", at, "-CAfile", "root", "-untrusted", "issuing"]
        command = ["openssl", "verify", *options, "leaf"]
        done = subprocess.run(command, cwd=tmp_path, check=False)
        return done.returncode == 0

    return verify


@pytest.fixture
def certificate_of(
    worker: HardwareWorker, tbs_for: Callable[..., bytes]
) -> Callable[..., Awaitable[bytes]]:
    """Personalise a card and certify its key; each call makes one more certificate."""

    async def certify(
        card: CardCase, kind: KeyKind = KeyKind.P256, holder: Holder | None = None
    ) -> bytes:
        made = await worker.personalise(card.label, card.key_id, card.pins, kind)
        tbs = tbs_for(made.csr_der, card, holder=holder)
        return await worker.sign_tbs(CA_PINS.issuing.user, tbs)

    return certify
