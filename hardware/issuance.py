"""The steps that make a card; each may be repeated (docs/issuance-cycle.md tells their order).

personalise → build_tbs → sign_tbs → write_certificate; read_card looks at the outcome. What a step
returns is to be stored before the next one begins.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pkcs11 import Attribute, ObjectClass

from hardware.authority import ISSUING_KEY, ISSUING_TOKEN, require_certificate
from hardware.certificates import store_certificate
from hardware.errors import CertificateMismatch, NoProofOfPossession
from hardware.keypair import (
    ensure_key,
    find_halves,
    is_guarded,
    load_key,
    objects,
    sound_key,
)
from hardware.keys import KeyKind, PublicKey, hash_for, kind_of, sign
from hardware.module import Module
from hardware.names import Holder
from hardware.profiles import Profiles
from hardware.tbs import Content, assemble, build
from hardware.token import Pins, ensure_token, require_token, session

REQUEST: Final = "certificate request"


@dataclass(frozen=True)
class Personalised:
    """A card with a key pair: its token's serial number and the request its key signed (DER)."""

    token_serial: str
    csr_der: bytes


@dataclass(frozen=True)
class CardKey:
    """What stands under one CKA_ID; `sound` includes a test signature just made."""

    key_id: bytes
    private_halves: int
    public_halves: int
    guarded: bool
    sound: bool


@dataclass(frozen=True)
class CardCertificate:
    key_id: bytes
    der: bytes


@dataclass(frozen=True)
class Card:
    token_serial: str
    keys: tuple[CardKey, ...]
    certificates: tuple[CardCertificate, ...]


def personalise(
    module: Module, label: str, key_id: bytes, pins: Pins, kind: KeyKind = KeyKind.P256
) -> Personalised:
    """A token of that label with a sound key pair under that id, and a request signed by it.

    Makes what is missing. Repeated, it finds the same token and key; the request's EC signature
    differs from run to run, its key does not.

    :param label: the card's number, at most 32 bytes
    :param key_id: CKA_ID, derived from the issuance so that a retry finds its own key
    :raises PinRefused: the token is there and takes another PIN
    :raises KeyUnsound: the key is unsound although a certificate is stored for it
    """
    token = ensure_token(module, label, pins)
    with session(module, label, pins.user) as opened:
        key = ensure_key(opened, key_id, kind)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
        request = x509.CertificateSigningRequestBuilder().subject_name(name)
        csr = request.sign(key, hash_for(key.public_key()))
    return Personalised(token.serial, csr.public_bytes(Encoding.DER))


def build_tbs(
    csr_der: bytes,
    serial: int,
    subject: Holder,
    profile: Profiles,
    *,
    issuer_pem: str,
    base_url: str,
    not_before: datetime,
) -> bytes:
    """The to-be-signed certificate (DER) for the key that signed the request. Needs no token.

    Only the key is taken from the request, never its name. Store the bytes before signing them:
    a resumed signing then cannot make a different certificate under the same serial number.

    :param serial: reserved and stored beforehand, 1 to 159 bits
    :param base_url: where /pki/ is served to the world
    :param not_before: aware; the end is the profile's, cut to the issuing CA's
    :raises NoProofOfPossession: the request is malformed, of a kind of key that is not certified,
        or its signature is not its own key's
    :raises SubjectRefused: a name or the serial number does not fit a certificate
    :raises IssuerExpired: the issuing CA is not valid at `not_before`
    """
    content = Content(
        public=_proved_key(csr_der),
        serial=serial,
        subject=subject.der(),
        profile=profile.value,
        not_before=not_before,
        issuer=x509.load_pem_x509_certificate(issuer_pem.encode()),
        base_url=base_url,
        uscc=subject.uscc,
    )
    return build(content)


def sign_tbs(module: Module, issuing_pin: str, tbs: bytes) -> bytes:
    """The certificate (DER): those very bytes, signed by the issuing CA and verified.

    :raises CertificateMismatch: the bytes are no card's certificate, name another issuer or another
        kind of signature
    :raises TokenMissing: there is no issuing CA
    :raises PinRefused: wrong PIN of the issuing CA's token
    """
    with session(module, ISSUING_TOKEN, issuing_pin) as opened:
        issuer = require_certificate(opened, ISSUING_KEY)
        _require_ours(tbs, issuer)
        der = assemble(tbs, sign(load_key(opened, ISSUING_KEY), tbs))
    _require_sound(der, tbs, issuer)
    return der


def write_certificate(
    module: Module, label: str, key_id: bytes, pin: str, certificate: bytes
) -> None:
    """Leave exactly that certificate beside the key pair under that id on the card.

    :raises KeyMissing: the card has no key pair under that id
    :raises CertificateMismatch: it, or one stored there already, is for another key
    """
    with session(module, label, pin) as opened:
        key = load_key(opened, key_id)
        store_certificate(opened, key_id, key.public_key(), certificate)


def read_card(module: Module, label: str, pin: str) -> Card:
    """What is on the card, each key pair tried by a test signature.

    :raises TokenMissing: no token bears that label
    :raises PinRefused: wrong PIN
    """
    serial = require_token(module, label).serial.decode()
    with session(module, label, pin) as opened:
        ids = {
            half[Attribute.ID]
            for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)
            for half in objects(opened, kind)
        }
        keys = tuple(_card_key(opened, key_id) for key_id in sorted(ids))
        certificates = tuple(
            CardCertificate(found[Attribute.ID], found[Attribute.VALUE])
            for found in objects(opened, ObjectClass.CERTIFICATE)
        )
    return Card(serial, keys, certificates)


def _proved_key(csr_der: bytes) -> PublicKey:
    try:
        csr = x509.load_der_x509_csr(csr_der)
        public, proved = csr.public_key(), csr.is_signature_valid
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NoProofOfPossession(REQUEST, f"malformed: {error}") from error
    if not proved:
        raise NoProofOfPossession(REQUEST, "not signed by the key it names")
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or not kind_of(public):
        raise NoProofOfPossession(REQUEST, "a kind of key that is not certified")
    return public


def _require_ours(tbs: bytes, issuer: x509.Certificate) -> None:
    """Nothing but a card's certificate that names this issuer is signed."""
    try:
        draft = Certificate.load(assemble(tbs, b""))
        named, ca = draft.issuer.dump(), draft.ca
    except ValueError as error:
        raise CertificateMismatch(ISSUING_TOKEN, f"no certificate: {error}") from error
    own = Certificate.load(issuer.public_bytes(Encoding.DER)).subject.dump()
    if named != own or ca:
        raise CertificateMismatch(ISSUING_TOKEN, "not a card's certificate of this issuing CA")


def _require_sound(der: bytes, tbs: bytes, issuer: x509.Certificate) -> None:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError) as error:
        raise CertificateMismatch(ISSUING_TOKEN, f"does not verify: {error}") from error
    if certificate.tbs_certificate_bytes != tbs:
        raise CertificateMismatch(ISSUING_TOKEN, "the bytes to sign are not plain DER")


def _card_key(opened: Any, key_id: bytes) -> CardKey:
    halves = find_halves(opened, key_id)
    return CardKey(
        key_id,
        len(halves.private),
        len(halves.public),
        guarded=bool(halves.private) and all(map(is_guarded, halves.private)),
        sound=any(sound_key(halves, kind) for kind in KeyKind),
    )
