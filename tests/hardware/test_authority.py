from datetime import timedelta

import pytest
from cryptography import x509

from hardware.authority import Authority
from hardware.errors import (
    TokenMissing,
)
from hardware.keys import KeyKind
from hardware.token import ensure_token
from hardware.worker import HardwareWorker
from tests.hardware import breakage
from tests.hardware.conftest import CA_NAMES, CA_PINS, NOW, CardCase
from tests.hardware.pki import Accepts, Certify, Make, pem


async def test_the_ca_is_made_once(worker: HardwareWorker, ca: Authority) -> None:
    later = NOW + timedelta(days=400)
    assert await worker.init_ca(CA_PINS, CA_NAMES, later, KeyKind.RSA3072) == ca
    assert await worker.read_ca(CA_PINS.root.user, CA_PINS.issuing.user) == ca


async def test_a_ca_half_made_is_completed(
    own_worker: HardwareWorker, ca: Authority, openssl_accepts: Accepts
) -> None:
    with pytest.raises(TokenMissing):
        await own_worker.read_ca(CA_PINS.root.user, CA_PINS.issuing.user)
    module = own_worker.module
    await own_worker.call(ensure_token, None, module, "portcard-root", CA_PINS.root)
    await own_worker.call(
        breakage.make_half, None, module, "portcard-root", b"root", CA_PINS.root.user, "private"
    )
    with pytest.raises(TokenMissing, match="token portcard-root: holds no"):
        await own_worker.read_ca(CA_PINS.root.user, CA_PINS.issuing.user)
    made = await own_worker.init_ca(CA_PINS, CA_NAMES, NOW)
    assert openssl_accepts(made, made.issuing_pem)


def test_the_root_certifies_an_issuing_ca_that_certifies_no_further_ca(ca: Authority) -> None:
    root, issuing = map(
        x509.load_pem_x509_certificate, (ca.root_pem.encode(), ca.issuing_pem.encode())
    )
    lengths = [
        one.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
        for one in (root, issuing)
    ]
    assert lengths == [1, 0]
    issuing.verify_directly_issued_by(root)
    assert ca.chain_pem == ca.issuing_pem + ca.root_pem


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.RSA2048])
async def test_openssl_accepts_the_chain_strictly(
    ca: Authority,
    card: CardCase,
    certificate_of: Certify,
    openssl_accepts: Accepts,
    kind: KeyKind,
) -> None:
    der = await certificate_of(card, kind)
    assert openssl_accepts(ca, pem(der))


async def test_openssl_accepts_the_chain_of_an_rsa_issuing_ca(
    own_worker: HardwareWorker, card: CardCase, tbs_for: Make, openssl_accepts: Accepts
) -> None:
    ca = await own_worker.init_ca(CA_PINS, CA_NAMES, NOW, KeyKind.RSA3072)
    made = await own_worker.personalise(card.label, card.key_id, card.pins)
    tbs = tbs_for(made.csr_der, card, issuer_pem=ca.issuing_pem)
    der = await own_worker.sign_tbs(CA_PINS.issuing.user, tbs)
    assert openssl_accepts(ca, pem(der))


async def test_a_changed_certificate_is_not_accepted(
    ca: Authority, card: CardCase, certificate_of: Certify, openssl_accepts: Accepts
) -> None:
    der = bytearray(await certificate_of(card))
    at = der.index(card.label.encode())
    der[at] = ord("X")
    assert not openssl_accepts(ca, pem(bytes(der)))
