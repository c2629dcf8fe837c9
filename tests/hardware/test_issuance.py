import pytest
from asn1crypto.x509 import TbsCertificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pkcs11 import ObjectClass

from hardware.authority import Authority, random_serial
from hardware.errors import (
    CertificateMismatch,
    KeyMissing,
    PinRefused,
)
from hardware.module import Module
from hardware.names import authority_der
from hardware.profiles import Profiles
from hardware.tbs import Content, build
from hardware.worker import HardwareWorker
from tests.hardware import breakage
from tests.hardware.conftest import CA_PINS, NOW, CardCase
from tests.hardware.pki import Certify, Make, request


def test_the_same_content_makes_the_same_bytes_to_sign(card: CardCase, tbs_for: Make) -> None:
    csr = request(ec.SECP256R1())
    assert tbs_for(csr, card, serial=77) == tbs_for(csr, card, serial=77)


async def test_signing_again_certifies_the_same_bytes(
    worker: HardwareWorker, card: CardCase, tbs_for: Make
) -> None:
    tbs = tbs_for(request(ec.SECP256R1()), card)
    for _ in range(2):
        der = await worker.sign_tbs(CA_PINS.issuing.user, tbs)
        assert x509.load_der_x509_certificate(der).tbs_certificate_bytes == tbs


async def test_bytes_that_name_another_issuer_are_not_signed(
    worker: HardwareWorker, ca: Authority, card: CardCase, tbs_for: Make
) -> None:
    tbs = tbs_for(request(ec.SECP256R1()), card, issuer_pem=ca.root_pem)
    with pytest.raises(CertificateMismatch):
        await worker.sign_tbs(CA_PINS.issuing.user, tbs)


@pytest.mark.parametrize("tbs", [b"", b"\x30\x03\x02\x01\x01", b"any bytes"])
async def test_bytes_that_are_no_certificate_are_not_signed(
    worker: HardwareWorker, ca: Authority, tbs: bytes
) -> None:
    with pytest.raises(CertificateMismatch):
        await worker.sign_tbs(CA_PINS.issuing.user, tbs)


async def test_the_issuing_ca_signs_no_further_ca(worker: HardwareWorker, ca: Authority) -> None:
    csr = x509.load_der_x509_csr(request(ec.SECP256R1()))
    content = Content(
        public=csr.public_key(),  # type: ignore[arg-type]
        serial=random_serial(),
        subject=authority_der("口岸卡", "又一个签发证书"),
        profile=Profiles.ISSUING.value,
        not_before=NOW,
        issuer=x509.load_pem_x509_certificate(ca.issuing_pem.encode()),
    )
    with pytest.raises(CertificateMismatch, match="not a card's certificate"):
        await worker.sign_tbs(CA_PINS.issuing.user, build(content))


async def test_bytes_that_name_another_kind_of_signature_are_not_certified(
    worker: HardwareWorker, card: CardCase, tbs_for: Make
) -> None:
    tbs = TbsCertificate.load(tbs_for(request(ec.SECP256R1()), card))
    tbs["signature"] = {"algorithm": "sha256_rsa"}
    with pytest.raises(CertificateMismatch, match="does not verify"):
        await worker.sign_tbs(CA_PINS.issuing.user, tbs.dump())


async def test_the_issuing_ca_signs_with_its_pin_only(
    worker: HardwareWorker, card: CardCase, tbs_for: Make
) -> None:
    tbs = tbs_for(request(ec.SECP256R1()), card)
    with pytest.raises(PinRefused):
        await worker.sign_tbs("not-the-pin", tbs)


async def test_writing_again_leaves_one_certificate(
    worker: HardwareWorker, card: CardCase, certificate_of: Certify
) -> None:
    der = await certificate_of(card)
    for _ in range(3):
        await worker.write_certificate(card.label, card.key_id, card.pin, der)
    (found,) = (await worker.read_card(card.label, card.pin)).certificates
    assert (found.key_id, found.der) == (card.key_id, der)


async def test_a_renewed_certificate_for_the_same_key_takes_the_place_of_the_old_one(
    worker: HardwareWorker, card: CardCase, certificate_of: Certify
) -> None:
    old, new = await certificate_of(card), await certificate_of(card)
    assert old != new
    for der in (old, new):
        await worker.write_certificate(card.label, card.key_id, card.pin, der)
    (found,) = (await worker.read_card(card.label, card.pin)).certificates
    assert found.der == new


async def test_what_a_crash_between_writing_and_destroying_leaves_is_cleared(
    worker: HardwareWorker, module: Module, card: CardCase, certificate_of: Certify
) -> None:
    old, new = await certificate_of(card), await certificate_of(card)
    for der in (old, new, new):
        place = (module, card.label, card.key_id, card.pin)
        await worker.call(breakage.add_certificate, None, *place, der)
    await worker.write_certificate(card.label, card.key_id, card.pin, new)
    (found,) = (await worker.read_card(card.label, card.pin)).certificates
    assert found.der == new


async def test_a_certificate_left_without_attributes_is_cleared_away(
    worker: HardwareWorker, module: Module, card: CardCase, certificate_of: Certify
) -> None:
    der = await certificate_of(card)
    place = (module, card.label, card.pin)
    await worker.call(breakage.torn_object, None, *place, ObjectClass.CERTIFICATE)
    await worker.write_certificate(card.label, card.key_id, card.pin, der)
    (found,) = (await worker.read_card(card.label, card.pin)).certificates
    assert found.der == der


async def test_another_cards_certificate_is_not_written(
    worker: HardwareWorker, card: CardCase, other_card: CardCase, certificate_of: Certify
) -> None:
    await certificate_of(card)
    theirs = await certificate_of(other_card)
    with pytest.raises(CertificateMismatch, match="another key"):
        await worker.write_certificate(card.label, card.key_id, card.pin, theirs)
    assert not (await worker.read_card(card.label, card.pin)).certificates


async def test_a_certificate_of_another_key_on_the_card_is_left_for_somebody_to_look_at(
    worker: HardwareWorker,
    module: Module,
    card: CardCase,
    other_card: CardCase,
    certificate_of: Certify,
) -> None:
    ours, theirs = await certificate_of(card), await certificate_of(other_card)
    place = (module, card.label, card.key_id, card.pin)
    await worker.call(breakage.add_certificate, None, *place, theirs)
    with pytest.raises(CertificateMismatch):
        await worker.write_certificate(card.label, card.key_id, card.pin, ours)
    (found,) = (await worker.read_card(card.label, card.pin)).certificates
    assert found.der == theirs


async def test_a_card_without_the_key_takes_no_certificate(
    worker: HardwareWorker, card: CardCase, certificate_of: Certify
) -> None:
    der = await certificate_of(card)
    with pytest.raises(KeyMissing):
        await worker.write_certificate(card.label, b"no such key", card.pin, der)
