"""The certification authority: a root that certifies one issuing CA, each on its own token."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hardware.certificates import is_for, store_certificate, stored_certificate
from hardware.errors import CertificateMismatch, TokenMissing
from hardware.keypair import ensure_key, load_key
from hardware.keys import KeyKind, PublicKey, TokenKey, sign
from hardware.module import Module
from hardware.names import authority_der
from hardware.profiles import Profiles
from hardware.tbs import Content, assemble, build
from hardware.token import Pins, alone, ensure_token, session

ROOT_TOKEN: Final = "portcard-root"  # noqa: S105 - a label, not a secret
ISSUING_TOKEN: Final = "portcard-issuing"  # noqa: S105
ROOT_KEY: Final = b"root"
ISSUING_KEY: Final = b"issuing"
SERIAL_ENTROPY: Final = 126  # bits; CA/Browser Forum Baseline Requirements 7.1 asks for 64


@dataclass(frozen=True)
class AuthorityPins:
    root: Pins
    issuing: Pins


@dataclass(frozen=True)
class AuthorityNames:
    """Who runs the CA, and the common names of its two certificates."""

    organization: str
    root: str
    issuing: str


@dataclass(frozen=True)
class Authority:
    """The CA's certificates as PEM."""

    root_pem: str
    issuing_pem: str

    @property
    def chain_pem(self) -> str:
        """The issuing certificate, then the root (the order of RFC 8446 section 4.4.2)."""
        return self.issuing_pem + self.root_pem


def random_serial() -> int:
    """A certificate serial number: positive, unpredictable, at most 127 bits (RFC 5280 4.1.2.2)."""
    return secrets.randbits(SERIAL_ENTROPY) | 1 << SERIAL_ENTROPY


def init_ca(
    module: Module,
    pins: AuthorityPins,
    names: AuthorityNames,
    now: datetime,
    kind: KeyKind = KeyKind.P256,
) -> Authority:
    """The root (P-384) and the issuing CA of that kind, made where they are missing.

    What is stored on the tokens already is kept, whatever `names`, `now` and `kind` say.

    :raises PinRefused: a token is there and takes another PIN
    :raises CertificateMismatch: a stored certificate is not for the stored key
    """
    with alone(module, "authority"):
        ensure_token(module, ROOT_TOKEN, pins.root)
        ensure_token(module, ISSUING_TOKEN, pins.issuing)
        root = _root(module, pins, names, now)
        issuing = _issuing(module, pins, names, now, kind)
        return Authority(_pem(root), _pem(issuing))


def read_ca(module: Module, root_pin: str, issuing_pin: str) -> Authority:
    """The CA's certificates as stored on its tokens.

    :raises TokenMissing: there is no CA yet, or it is half made: `init_ca` makes it whole
    """
    with session(module, ROOT_TOKEN, root_pin) as opened:
        root = require_certificate(opened, ROOT_KEY)
    with session(module, ISSUING_TOKEN, issuing_pin) as opened:
        issuing = require_certificate(opened, ISSUING_KEY)
    return Authority(_pem(root), _pem(issuing))


def require_certificate(opened: Any, key_id: bytes) -> x509.Certificate:
    certificate = stored_certificate(opened, key_id)
    if certificate is None:
        raise TokenMissing(f"token {opened.token.label}", "holds no CA certificate")
    return certificate


def _root(
    module: Module, pins: AuthorityPins, names: AuthorityNames, now: datetime
) -> x509.Certificate:
    with session(module, ROOT_TOKEN, pins.root.user) as opened:
        if stored := _matching(opened, ROOT_KEY):
            return stored
        key = ensure_key(opened, ROOT_KEY, KeyKind.P384)
        content = Content(
            public=key.public_key(),
            serial=random_serial(),
            subject=authority_der(names.organization, names.root),
            profile=Profiles.ROOT.value,
            not_before=now,
        )
        certificate = _signed(content, key)
        store_certificate(opened, ROOT_KEY, key.public_key(), _der(certificate))
        return certificate


def _issuing(
    module: Module, pins: AuthorityPins, names: AuthorityNames, now: datetime, kind: KeyKind
) -> x509.Certificate:
    with session(module, ISSUING_TOKEN, pins.issuing.user) as opened:
        if stored := _matching(opened, ISSUING_KEY):
            return stored
        public = ensure_key(opened, ISSUING_KEY, kind).public_key()
    certificate = _certified_by_root(module, pins.root.user, public, names, now)
    with session(module, ISSUING_TOKEN, pins.issuing.user) as opened:
        store_certificate(opened, ISSUING_KEY, public, _der(certificate))
    return certificate


def _certified_by_root(
    module: Module, pin: str, public: PublicKey, names: AuthorityNames, now: datetime
) -> x509.Certificate:
    with session(module, ROOT_TOKEN, pin) as opened:
        root = require_certificate(opened, ROOT_KEY)
        content = Content(
            public=public,
            serial=random_serial(),
            subject=authority_der(names.organization, names.issuing),
            profile=Profiles.ISSUING.value,
            not_before=now,
            issuer=root,
        )
        return _signed(content, load_key(opened, ROOT_KEY))


def _matching(opened: Any, key_id: bytes) -> x509.Certificate | None:
    """The stored certificate, made sure that its key is stored too."""
    certificate = stored_certificate(opened, key_id)
    if certificate and not is_for(_der(certificate), load_key(opened, key_id).public_key()):
        raise CertificateMismatch(f"token {opened.token.label}", "holds another key's certificate")
    return certificate


def _signed(content: Content, key: TokenKey) -> x509.Certificate:
    tbs = build(content)
    certificate = x509.load_der_x509_certificate(assemble(tbs, sign(key, tbs)))
    certificate.verify_directly_issued_by(content.issuer or certificate)
    return certificate


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
