import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hardware.authority import Authority, random_serial
from hardware.errors import (
    NoProofOfPossession,
    SubjectRefused,
)
from hardware.names import Holder
from tests.hardware.conftest import CardCase
from tests.hardware.pki import Accepts, Certify, Make, pem, point, request, subject


async def test_names_of_64_han_characters_are_certified(
    ca: Authority, card: CardCase, certificate_of: Certify, openssl_accepts: Accepts
) -> None:
    holder = Holder("汉" * 64, card.holder.uscc, "字" * 64, card.label)
    der = await certificate_of(card, holder=holder)
    names = dict(subject(der))
    assert (names["2.5.4.10"], names["2.5.4.3"]) == ("汉" * 64, "字" * 64)
    assert openssl_accepts(ca, pem(der))


@pytest.mark.parametrize(
    ("holder", "place"),
    [
        (Holder("汉" * 65, "91220101MA0Y3XWQ0T", "张三", "C-1"), "organization_name"),
        (Holder("", "91220101MA0Y3XWQ0T", "张三", "C-1"), "organization_name"),
        (Holder("单位", "91220101MA0Y3XWQ0T", "字" * 65, "C-1"), "common_name"),
        (Holder("单位", "91220101MA0Y3XWQ0T", "张\0三", "C-1"), "common_name"),
        (Holder("单位", "统一", "张三", "C-1"), "organization_identifier"),
        (Holder("单位", "91220101MA0Y3XWQ0T", "张三", "卡1"), "serial_number"),
    ],
)
def test_a_name_that_does_not_fit_is_refused(
    card: CardCase, tbs_for: Make, holder: Holder, place: str
) -> None:
    with pytest.raises(SubjectRefused) as refusal:
        tbs_for(request(ec.SECP256R1()), card, holder=holder)
    assert refusal.value.place == place


@pytest.mark.parametrize("serial", [-1, 1 << 159])
def test_a_serial_number_beyond_20_octets_is_refused(
    card: CardCase, tbs_for: Make, serial: int
) -> None:
    with pytest.raises(SubjectRefused):
        tbs_for(request(ec.SECP256R1()), card, serial=serial)


def test_reserved_serial_numbers_are_positive_and_unpredictable() -> None:
    serials = {random_serial() for _ in range(1000)}
    assert len(serials) == 1000
    assert all(1 << 126 <= serial < 1 << 127 for serial in serials)


def test_a_request_with_a_broken_signature_is_refused(card: CardCase, tbs_for: Make) -> None:
    broken = bytearray(request(ec.SECP256R1()))
    broken[-1] ^= 1
    with pytest.raises(NoProofOfPossession):
        tbs_for(bytes(broken), card)


def test_a_request_for_another_key_is_refused(card: CardCase, tbs_for: Make) -> None:
    ours, theirs = request(ec.SECP256R1()), request(ec.SECP256R1())
    swapped = ours.replace(point(ours), point(theirs))
    assert swapped != ours
    with pytest.raises(NoProofOfPossession, match="not signed by the key"):
        tbs_for(swapped, card)


def test_a_malformed_request_is_refused(card: CardCase, tbs_for: Make) -> None:
    with pytest.raises(NoProofOfPossession, match="malformed"):
        tbs_for(b"\x30\x03abc", card)


def test_a_kind_of_key_we_do_not_certify_is_refused(card: CardCase, tbs_for: Make) -> None:
    with pytest.raises(NoProofOfPossession, match="not certified"):
        tbs_for(request(ec.SECP521R1()), card)
