"""What proves that a card is at hand, and everything that does not."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hardware.authority import Authority
from hardware.card_proof import (
    PREFIX,
    Flaw,
    Trust,
    canonical,
    certificate_in,
    fingerprint,
    flaw_of,
    is_signed,
    signed_bytes,
)
from hardware.issuance import build_tbs
from hardware.profiles import USAGES, Profiles
from hardware.worker import HardwareWorker
from tests.hardware.conftest import CA_PINS, NOW, CardCase

ROOT, ISSUING, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
RSA_KEY = rsa.generate_private_key(65537, 2048)
P256_KEY = ec.generate_private_key(ec.SECP256R1())
LOGIN, MAIL = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION
MOMENT = datetime(2026, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in names for usage in USAGES})


def _made(
    subject: str, key: Any, issuer: str, issuer_key: Any, *extensions: Any, days: int = 9
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=_name(issuer),
        subject_name=_name(subject),
        public_key=key.public_key(),
        serial_number=7,
        not_valid_before=MOMENT - DAY,
        not_valid_after=MOMENT + days * DAY,
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


CA = x509.BasicConstraints(ca=True, path_length=None)
LEAF = (
    x509.BasicConstraints(ca=False, path_length=None),
    _usage("digital_signature"),
    x509.ExtendedKeyUsage([MAIL, LOGIN]),
)
TRUST = Trust(
    root=_made("root", ROOT, "root", ROOT, CA, days=30),
    issuing=_made("issuing", ISSUING, "root", ROOT, CA, days=20),
)


def _leaf(*extensions: Any, key: Any = P256_KEY, by: Any = ISSUING, issuer: str = "issuing") -> Any:
    return _made("card", key, issuer, by, *(extensions or LEAF))


# fmt: off
CERTIFICATES: list[tuple[str, Any, Flaw | None]] = [
    ("a card's",               _leaf(),                                            None),
    ("a card's with RSA",      _leaf(key=RSA_KEY),                                 None),
    ("another CA's",           _leaf(by=OTHER),                                    Flaw.UNTRUSTED),
    ("another issuer's",       _leaf(issuer="other"),                              Flaw.UNTRUSTED),
    ("self-signed",            _leaf(by=P256_KEY, issuer="card"),                  Flaw.UNTRUSTED),
    ("the root's own",         _leaf(by=ROOT, issuer="root"),                      Flaw.UNTRUSTED),
    ("the issuing CA's",       TRUST.issuing,                                      Flaw.UNTRUSTED),
    ("a CA below ours",        _leaf(CA, *LEAF[1:]),                               Flaw.WRONG_USE),
    ("without extensions",     _leaf(LEAF[0]),                                     Flaw.WRONG_USE),
    ("for any purpose",        _leaf(*LEAF[:2]),                                   Flaw.WRONG_USE),
    ("for mail alone",         _leaf(*LEAF[:2], x509.ExtendedKeyUsage([MAIL])),    Flaw.WRONG_USE),
    ("without key usage",      _leaf(LEAF[0], LEAF[2]),                            Flaw.WRONG_USE),
    ("for encryption",         _leaf(LEAF[0], _usage("key_encipherment"), LEAF[2]), Flaw.WRONG_USE),
    ("with P-384",             _leaf(key=ec.generate_private_key(ec.SECP384R1())), Flaw.WRONG_USE),
    ("with Ed25519",           _leaf(key=ed25519.Ed25519PrivateKey.generate()),    Flaw.WRONG_USE),
]
# fmt: on


@pytest.mark.parametrize(
    ("certificate", "flaw"),
    [row[1:] for row in CERTIFICATES],
    ids=[row[0] for row in CERTIFICATES],
)
def test_only_a_cards_certificate_of_ours_is_believed(
    certificate: x509.Certificate, flaw: Flaw | None
) -> None:
    assert flaw_of(certificate, TRUST, MOMENT) is flaw


@pytest.mark.parametrize("days", [-2, 10, 25, 35])
def test_every_certificate_of_the_chain_is_valid_at_that_moment(days: int) -> None:
    leaf = _made("card", P256_KEY, "issuing", ISSUING, *LEAF, days=9 if days == 10 else 40)
    assert flaw_of(leaf, TRUST, MOMENT + days * DAY) is Flaw.EXPIRED


def test_an_issuing_ca_that_the_root_did_not_certify_is_none() -> None:
    forged = Trust(TRUST.root, _made("issuing", ISSUING, "root", OTHER, CA))
    assert flaw_of(_leaf(), forged, MOMENT) is Flaw.UNTRUSTED


async def test_a_card_that_we_make_is_believed(
    ca: Authority, worker: HardwareWorker, card: CardCase, tbs_for: Callable[..., bytes]
) -> None:
    made = await worker.personalise(card.label, card.key_id, card.pins)
    for profile in (Profiles.LEGAL, Profiles.OPERATOR):
        tbs = build_tbs(
            made.csr_der,
            5,
            card.holder,
            profile,
            issuer_pem=ca.issuing_pem,
            base_url="https://ra.example",
            not_before=NOW,
        )
        der = await worker.sign_tbs(CA_PINS.issuing.user, tbs)
        assert flaw_of(x509.load_der_x509_certificate(der), Trust.of(ca), NOW) is None


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def test_a_text_holds_one_certificate_or_none_that_counts() -> None:
    pem = _pem(_leaf())
    assert certificate_in(pem) is not None
    for text in ("", "x", pem * 2, pem[:-40], pem.replace("CERTIFICATE", "X"), f"证书{pem}"):
        assert certificate_in(text) is None


def test_canonical_is_what_rfc_8785_says() -> None:
    fields = {"b": '"\\/\n\u0001', "a": "口岸€", "A": ""}
    assert canonical(fields) == '{"A":"","a":"口岸€","b":"\\"\\\\/\\n\\u0001"}'


def test_the_card_and_the_page_are_in_what_is_signed() -> None:
    certificate = _leaf()
    data = signed_bytes({"nonce": "n"}, certificate, "https://page.example")
    assert data.startswith(PREFIX)
    assert json.loads(data.removeprefix(PREFIX)) == {
        "certificate": certificate.fingerprint(hashes.SHA256()).hex(),
        "nonce": "n",
        "origin": "https://page.example",
    }
    assert fingerprint(certificate) == certificate.fingerprint(hashes.SHA256()).hex()


def _text(signature: bytes) -> str:
    return base64.b64encode(signature).decode()


def test_a_signature_is_the_keys_under_these_bytes_with_sha_256() -> None:
    ours, theirs, data = _leaf(), _leaf(key=RSA_KEY), b"data"
    good = P256_KEY.sign(data, ec.ECDSA(hashes.SHA256()))
    assert is_signed(ours, _text(good), data)
    assert is_signed(theirs, _text(RSA_KEY.sign(data, padding.PKCS1v15(), hashes.SHA256())), data)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
    wrong = [
        (ours, OTHER.sign(data, ec.ECDSA(hashes.SHA256()))),
        (ours, P256_KEY.sign(b"other", ec.ECDSA(hashes.SHA256()))),
        (ours, P256_KEY.sign(data, ec.ECDSA(hashes.SHA384()))),
        (ours, good[:-1]),
        (ours, good + b"\0"),
        (ours, b""),
        (theirs, good),
        (theirs, RSA_KEY.sign(data, pss, hashes.SHA256())),
        (theirs, RSA_KEY.sign(data, padding.PKCS1v15(), hashes.SHA1())),  # noqa: S303 - refused
    ]
    for certificate, signature in wrong:
        assert not is_signed(certificate, _text(signature), data)
    for text in ("!", "签名", _text(good) + "\n", _text(good)[:-1]):
        assert not is_signed(ours, text, data)
