"""The proof that a card is at hand: a signature under a challenge (docs/card-sign-in.md).

Nothing here parses what the card's side says it has signed: the bytes are put together from our own
copy of the challenge, and either the signature is under these, or it is not.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from hardware.authority import Authority
from hardware.keys import KeyKind, kind_of, verifies

PREFIX: Final = b"Portcard card sign-in v1\n"
CARD_KINDS: Final = frozenset({KeyKind.P256, KeyKind.RSA2048, KeyKind.RSA3072})
"""All of them sign with SHA-256."""


class Flaw(StrEnum):
    """Why a certificate does not prove whose card it is."""

    UNTRUSTED = "UNTRUSTED"
    EXPIRED = "EXPIRED"
    WRONG_USE = "WRONG_USE"


@dataclass(frozen=True)
class Trust:
    """The CA whose cards are believed: ours, and no other."""

    root: x509.Certificate
    issuing: x509.Certificate

    @classmethod
    def of(cls, authority: Authority) -> Self:
        pems = (authority.root_pem, authority.issuing_pem)
        return cls(*(x509.load_pem_x509_certificate(pem.encode()) for pem in pems))


def canonical(fields: Mapping[str, str]) -> str:
    """An object of texts as JSON in one spelling: sorted keys, no blanks (RFC 8785)."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def signed_bytes(bound: Mapping[str, str], certificate: x509.Certificate, origin: str) -> bytes:
    """What a card signs: the prefix, which no other document has, then the challenge's fields with
    the certificate and the page's origin.
    """
    told = {**bound, "certificate": fingerprint(certificate), "origin": origin}
    return PREFIX + canonical(told).encode()


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of its DER, in hexadecimal digits."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def certificate_in(pem: str) -> x509.Certificate | None:
    """The one certificate in a text (RFC 7468), or None if it holds none, or more."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode("ascii"))
    except ValueError:
        return None
    return found[0] if len(found) == 1 else None


def flaw_of(certificate: x509.Certificate, trust: Trust, moment: datetime) -> Flaw | None:
    """What keeps the certificate from being a valid one of a card of ours; None if nothing does.

    Whether it is revoked is not written in it.
    """
    if not _is_chained(certificate, trust):
        return Flaw.UNTRUSTED
    if not all(_is_valid(one, moment) for one in (certificate, trust.issuing, trust.root)):
        return Flaw.EXPIRED
    return None if _is_for_signing_in(certificate) else Flaw.WRONG_USE


def _is_chained(certificate: x509.Certificate, trust: Trust) -> bool:
    """By the names and the signatures, up to the root (RFC 5280 section 6.1.3)."""
    try:
        certificate.verify_directly_issued_by(trust.issuing)
        trust.issuing.verify_directly_issued_by(trust.root)
        trust.root.verify_directly_issued_by(trust.root)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return True


def _is_valid(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def _is_for_signing_in(certificate: x509.Certificate) -> bool:
    """No CA's, its key one of ours, for digital signatures and clientAuth."""
    try:
        found = certificate.extensions
        constraints = found.get_extension_for_class(x509.BasicConstraints).value
        usage = found.get_extension_for_class(x509.KeyUsage).value
        purposes = found.get_extension_for_class(x509.ExtendedKeyUsage).value
        kind = kind_of(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    fits = usage.digital_signature and ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    return fits and not constraints.ca and kind in CARD_KINDS


def is_signed(certificate: x509.Certificate, signature: str, data: bytes) -> bool:
    """Whether the certificate's key made that signature (base64) under `data`: ECDSA (DER) or RSA
    PKCS #1 v1.5, both with SHA-256.
    """
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    try:
        return verifies(key, base64.b64decode(signature, validate=True), data)
    except ValueError:
        return False
