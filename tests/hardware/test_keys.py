import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11 import ObjectClass
from pkcs11.exceptions import AttributeSensitive

from hardware.certificates import spki
from hardware.errors import KeyUnsound, ModuleFault
from hardware.keys import KeyKind, TokenEcKey, TokenRsaKey, kind_of
from hardware.module import Module
from hardware.worker import HardwareWorker
from tests.hardware import breakage
from tests.hardware.conftest import CardCase
from tests.hardware.pki import Certify


def requested_key(csr: bytes) -> bytes:
    return spki(x509.load_der_x509_csr(csr).public_key())


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384, KeyKind.RSA2048])
async def test_a_private_key_is_sensitive_and_never_extractable(
    worker: HardwareWorker, module: Module, card: CardCase, kind: KeyKind
) -> None:
    made = await worker.personalise(card.label, card.key_id, card.pins, kind)
    place = (module, card.label, card.key_id, card.pin)
    assert await worker.call(breakage.private_attributes, None, *place) == {
        "SENSITIVE": True,
        "ALWAYS_SENSITIVE": True,
        "EXTRACTABLE": False,
        "NEVER_EXTRACTABLE": True,
        "PRIVATE": True,
    }
    csr = x509.load_der_x509_csr(made.csr_der)
    assert csr.is_signature_valid
    assert kind_of(csr.public_key()) is kind


async def test_the_value_of_a_private_key_cannot_be_read(
    worker: HardwareWorker, module: Module, card: CardCase
) -> None:
    await worker.personalise(card.label, card.key_id, card.pins)
    place = (module, card.label, card.key_id, card.pin)
    with pytest.raises(ModuleFault, match=AttributeSensitive.__name__):
        await worker.call(breakage.read_private_value, None, *place)


async def test_personalising_again_makes_no_second_key(
    worker: HardwareWorker, card: CardCase
) -> None:
    first = await worker.personalise(card.label, card.key_id, card.pins)
    again = await worker.personalise(card.label, card.key_id, card.pins)
    assert first.token_serial == again.token_serial
    assert requested_key(first.csr_der) == requested_key(again.csr_der)
    (key,) = (await worker.read_card(card.label, card.pin)).keys
    assert (key.private_halves, key.public_halves, key.guarded, key.sound) == (1, 1, True, True)


@pytest.mark.parametrize("half", ["private", "public"])
async def test_half_a_key_pair_is_destroyed_and_replaced(
    worker: HardwareWorker, module: Module, card: CardCase, half: str
) -> None:
    before = await worker.personalise(card.label, b"first", card.pins)
    place = (module, card.label, card.key_id, card.pin)
    await worker.call(breakage.make_half, None, *place, half)
    made = await worker.personalise(card.label, card.key_id, card.pins)
    again = await worker.personalise(card.label, card.key_id, card.pins)
    assert requested_key(made.csr_der) == requested_key(again.csr_der)
    keys = {key.key_id: key for key in (await worker.read_card(card.label, card.pin)).keys}
    assert all(key.sound for key in keys.values())
    other = await worker.personalise(card.label, b"first", card.pins)
    assert requested_key(other.csr_der) == requested_key(before.csr_der)


async def test_a_half_left_without_an_id_is_cleared_away(
    worker: HardwareWorker, module: Module, card: CardCase
) -> None:
    await worker.personalise(card.label, b"first", card.pins)
    place = (module, card.label, card.pin)
    await worker.call(breakage.torn_object, None, *place, ObjectClass.PUBLIC_KEY)
    await worker.personalise(card.label, card.key_id, card.pins)
    assert await worker.call(breakage.classes, None, *place) == [
        *["PRIVATE_KEY"] * 2,
        *["PUBLIC_KEY"] * 2,
    ]


async def test_halves_of_two_different_pairs_are_replaced(
    worker: HardwareWorker, module: Module, card: CardCase
) -> None:
    await worker.personalise(card.label, card.key_id, card.pins)
    place = (module, card.label, card.key_id, card.pin)
    await worker.call(breakage.mix_halves, None, *place)
    assert not (await worker.read_card(card.label, card.pin)).keys[0].sound
    made = await worker.personalise(card.label, card.key_id, card.pins)
    assert x509.load_der_x509_csr(made.csr_der).is_signature_valid
    (key,) = (await worker.read_card(card.label, card.pin)).keys
    assert key.sound


async def test_a_key_of_another_kind_makes_room_for_the_kind_asked_for(
    worker: HardwareWorker, card: CardCase
) -> None:
    await worker.personalise(card.label, card.key_id, card.pins, KeyKind.P384)
    made = await worker.personalise(card.label, card.key_id, card.pins, KeyKind.P256)
    assert kind_of(x509.load_der_x509_csr(made.csr_der).public_key()) is KeyKind.P256
    assert len((await worker.read_card(card.label, card.pin)).keys) == 1


async def test_a_certified_key_is_never_destroyed(
    worker: HardwareWorker, module: Module, card: CardCase, certificate_of: Certify
) -> None:
    der = await certificate_of(card)
    await worker.write_certificate(card.label, card.key_id, card.pin, der)
    place = (module, card.label, card.key_id, card.pin)
    await worker.call(breakage.destroy_half, None, *place, "public")
    with pytest.raises(KeyUnsound, match="certified"):
        await worker.personalise(card.label, card.key_id, card.pins)
    (key,) = (await worker.read_card(card.label, card.pin)).keys
    assert key.private_halves == 1


def test_a_token_key_does_nothing_but_sign() -> None:
    curve = TokenEcKey(None, ec.generate_private_key(ec.SECP256R1()).public_key())
    modulus = TokenRsaKey(None, rsa.generate_private_key(65537, 2048).public_key())
    refused = [curve.exchange, curve.private_bytes, curve.private_numbers]
    refused += [modulus.decrypt, modulus.private_bytes, modulus.private_numbers]
    for act in refused:
        with pytest.raises(TypeError, match="only signs"):
            act()
    with pytest.raises(TypeError, match="only signs"):
        modulus.sign(b"data", object(), hashes.SHA256())
    assert (curve.key_size, modulus.key_size) == (256, 2048)
