from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto.x509 import TbsCertificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from hardware.authority import Authority
from hardware.errors import (
    IssuerExpired,
)
from hardware.profiles import Profiles, valid_until
from hardware.tbs import UNIFIED_SOCIAL_CREDIT_CODE
from tests.hardware.conftest import NOW, CardCase
from tests.hardware.pki import Certify, Make, request, subject


async def test_the_subject_names_unit_code_holder_and_card_and_nothing_else(
    card: CardCase, certificate_of: Certify
) -> None:
    assert subject(await certificate_of(card)) == [
        ("2.5.4.6", "CN"),
        ("2.5.4.10", "长春测试有限公司"),
        ("2.5.4.97", "NTRCN-91220101MA0Y3XWQ0T"),
        ("2.5.4.3", "张三"),
        ("2.5.4.5", card.label),
    ]


async def test_the_extensions_are_the_profiles(card: CardCase, certificate_of: Certify) -> None:
    extensions = x509.load_der_x509_certificate(await certificate_of(card)).extensions
    critical = {one.oid for one in extensions if one.critical}
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert critical == {usage.oid, constraints.oid}
    assert constraints.value == x509.BasicConstraints(ca=False, path_length=None)
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_encipherment
    assert not usage.value.key_cert_sign
    assert list(purposes) == [
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ]


async def test_the_addresses_of_crl_ocsp_and_issuer_are_under_pki(
    card: CardCase, certificate_of: Certify
) -> None:
    extensions = x509.load_der_x509_certificate(await certificate_of(card)).extensions
    (point,) = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert point.full_name is not None
    assert [name.value for name in point.full_name] == ["https://ra.example/pki/issuing.crl"]
    assert {one.access_method: one.access_location.value for one in access} == {
        AuthorityInformationAccessOID.OCSP: "https://ra.example/pki/ocsp",
        AuthorityInformationAccessOID.CA_ISSUERS: "https://ra.example/pki/issuing.cer",
    }


async def test_the_key_identifiers_chain_to_the_issuing_ca(
    ca: Authority, card: CardCase, certificate_of: Certify
) -> None:
    leaf = x509.load_der_x509_certificate(await certificate_of(card))
    issuing = x509.load_pem_x509_certificate(ca.issuing_pem.encode())
    authority = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    own = issuing.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert authority.key_identifier == own.digest


async def test_the_credit_code_stands_under_its_own_oid(
    card: CardCase, certificate_of: Certify
) -> None:
    extensions = x509.load_der_x509_certificate(await certificate_of(card)).extensions
    code = extensions.get_extension_for_oid(UNIFIED_SOCIAL_CREDIT_CODE).value
    assert isinstance(code, x509.UnrecognizedExtension)
    assert code.value[2:] == card.holder.uscc.encode()


def test_a_card_is_valid_for_ten_years(card: CardCase, tbs_for: Make) -> None:
    tbs = TbsCertificate.load(tbs_for(request(ec.SECP256R1()), card))
    assert tbs["validity"]["not_before"].native == NOW
    assert tbs["validity"]["not_after"].native == NOW.replace(year=2036)


def test_a_card_never_outlives_its_issuer(ca: Authority, card: CardCase, tbs_for: Make) -> None:
    end = x509.load_pem_x509_certificate(ca.issuing_pem.encode()).not_valid_after_utc
    late = end - timedelta(days=30)
    tbs = TbsCertificate.load(tbs_for(request(ec.SECP256R1()), card, not_before=late))
    assert tbs["validity"]["not_after"].native == end


@pytest.mark.parametrize("year", [2025, 2047])
def test_an_issuer_that_is_not_valid_certifies_nothing(
    card: CardCase, tbs_for: Make, year: int
) -> None:
    with pytest.raises(IssuerExpired):
        tbs_for(request(ec.SECP256R1()), card, not_before=NOW.replace(year=year))


def test_a_year_from_a_leap_day_ends_on_28_february() -> None:
    leap_day = datetime(2028, 2, 29, tzinfo=UTC)
    end = valid_until(Profiles.LEGAL.value, leap_day, None)
    assert end == datetime(2038, 2, 28, tzinfo=UTC)
