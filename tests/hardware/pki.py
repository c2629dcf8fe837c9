"""Requests and certificates as the tests make and read them."""

from collections.abc import Awaitable, Callable

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.authority import Authority

Make = Callable[..., bytes]
Certify = Callable[..., Awaitable[bytes]]
Accepts = Callable[[Authority, str], bool]


def request(curve: ec.EllipticCurve) -> bytes:
    key = ec.generate_private_key(curve)
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return csr.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def point(csr: bytes) -> bytes:
    key = x509.load_der_x509_csr(csr).public_key()
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


def subject(der: bytes) -> list[tuple[str, str]]:
    name = Certificate.load(der).subject
    return [(part["type"].dotted, part["value"].native) for rdn in name.chosen for part in rdn]
