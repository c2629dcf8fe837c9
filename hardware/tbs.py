"""To-be-signed certificates (RFC 5280 section 4.1): built, then signed elsewhere."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from asn1crypto.core import PrintableString
from asn1crypto.x509 import Certificate, Name, TbsCertificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from hardware.errors import SubjectRefused
from hardware.keys import RSA_BITS, KeyKind, PublicKey, hash_for, kind_of
from hardware.profiles import Profile, key_usage, valid_until

SERIAL_BITS: Final = 159  # RFC 5280 section 4.1.2.2: positive, at most 20 octets
UNIFIED_SOCIAL_CREDIT_CODE: Final = x509.ObjectIdentifier("1.2.156.10260.4.4")
PLACEHOLDER: Final = x509.Name([])


@dataclass(frozen=True)
class Content:
    """What goes into one certificate. `issuer` is None for a self-signed one."""

    public: PublicKey
    serial: int
    subject: bytes
    profile: Profile
    not_before: datetime
    issuer: x509.Certificate | None = None
    base_url: str | None = None
    uscc: str | None = None


def build(content: Content) -> bytes:
    """The DER of the to-be-signed certificate.

    `cryptography` gives it out only signed, so a throw-away key of the issuer's kind signs it
    first; then the names, which `cryptography` would refuse, are set (see `hardware.names`).

    :raises SubjectRefused: the serial number is not positive or has more than 159 bits
    :raises IssuerExpired: the issuer is not valid at `not_before`
    """
    if not 0 < content.serial < 1 << SERIAL_BITS:
        raise SubjectRefused("serial number", f"not 1 to {SERIAL_BITS} bits")
    signer = content.issuer.public_key() if content.issuer else content.public
    draft = _builder(content).sign(_throw_away(kind_of(signer)), hash_for(signer))
    tbs = TbsCertificate.load(draft.tbs_certificate_bytes)
    tbs["subject"] = Name.load(content.subject)
    tbs["issuer"] = _issuer_name(content)
    return bytes(tbs.dump())


def assemble(tbs: bytes, signature: bytes) -> bytes:
    """The DER of the certificate made of a to-be-signed part and its signature."""
    part = TbsCertificate.load(tbs)
    certificate = Certificate(
        {
            "tbs_certificate": part,
            "signature_algorithm": part["signature"],
            "signature_value": signature,
        }
    )
    return bytes(certificate.dump())


def _builder(content: Content) -> x509.CertificateBuilder:
    start = content.not_before.astimezone(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(PLACEHOLDER)
        .issuer_name(PLACEHOLDER)
        .public_key(content.public)
        .serial_number(content.serial)
        .not_valid_before(start)
        .not_valid_after(valid_until(content.profile, start, content.issuer))
    )
    for extension, critical in _extensions(content):
        builder = builder.add_extension(extension, critical)
    return builder


def _extensions(content: Content) -> list[tuple[x509.ExtensionType, bool]]:
    profile = content.profile
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(profile.is_ca, profile.path_length), True),
        (key_usage(profile), True),
        (x509.SubjectKeyIdentifier.from_public_key(content.public), False),
    ]
    if profile.purposes:
        extensions.append((x509.ExtendedKeyUsage(profile.purposes), False))
    if content.issuer:
        extensions.append((_authority_key(content.issuer), False))
    if content.base_url:
        extensions += [(where, False) for where in _addresses(content.base_url)]
    if content.uscc:
        extensions.append((_credit_code(content.uscc), False))
    return extensions


def _authority_key(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _addresses(base_url: str) -> tuple[x509.ExtensionType, ...]:
    """Where the issuing CA's CRL, OCSP responder and certificate are found."""
    crl, ocsp, issuer = (
        x509.UniformResourceIdentifier(f"{base_url.rstrip('/')}/pki/{name}")
        for name in ("issuing.crl", "ocsp", "issuing.cer")
    )
    access = AuthorityInformationAccessOID
    return (
        x509.CRLDistributionPoints([x509.DistributionPoint([crl], None, None, None)]),
        x509.AuthorityInformationAccess(
            [
                x509.AccessDescription(access.OCSP, ocsp),
                x509.AccessDescription(access.CA_ISSUERS, issuer),
            ]
        ),
    )


def _credit_code(uscc: str) -> x509.UnrecognizedExtension:
    """The USCC under its own OID (GM/T 0015-2023), for those who look for it there.

    A non-critical extension, as that standard has it, and not one more subject attribute: those
    who do not know the OID skip it, and the name stays readable.
    """
    return x509.UnrecognizedExtension(UNIFIED_SOCIAL_CREDIT_CODE, PrintableString(uscc).dump())


def _issuer_name(content: Content) -> Name:
    if content.issuer is None:
        return Name.load(content.subject)
    issuer = TbsCertificate.load(content.issuer.tbs_certificate_bytes)
    return issuer["subject"]


@cache
def _throw_away(kind: KeyKind | None) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """A key in memory whose signatures nobody keeps; one a process, for RSA takes its time."""
    if kind in RSA_BITS:
        return rsa.generate_private_key(65537, RSA_BITS[kind])
    return ec.generate_private_key(ec.SECP384R1() if kind is KeyKind.P384 else ec.SECP256R1())
