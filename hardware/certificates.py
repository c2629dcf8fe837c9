"""Certificate objects on a token."""

from typing import Any, Final

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pkcs11 import Attribute, CertificateType, ObjectClass

from hardware.errors import CertificateMismatch
from hardware.keypair import nameless, objects
from hardware.keys import PublicKey

COMMON: Final = {
    Attribute.CLASS: ObjectClass.CERTIFICATE,
    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
    Attribute.TOKEN: True,
    Attribute.PRIVATE: False,
}


def stored_certificate(session: Any, key_id: bytes) -> x509.Certificate | None:
    """The certificate stored under that id, if any."""
    found = objects(session, ObjectClass.CERTIFICATE, key_id)
    return x509.load_der_x509_certificate(found[0][Attribute.VALUE]) if found else None


def store_certificate(session: Any, key_id: bytes, public: PublicKey, der: bytes) -> None:
    """Make that certificate the only one under the id; nothing happens if it is.

    The new one is written before an older one of the same key is destroyed, so that a crash
    leaves a certificate and repeating the call leaves exactly this one. Certificate objects that
    a crash left without attributes are destroyed.

    :raises CertificateMismatch: it, or one that is stored already, is for another key
    """
    for torn in nameless(session, ObjectClass.CERTIFICATE):
        torn.destroy()
    found = objects(session, ObjectClass.CERTIFICATE, key_id)
    place = f"token {session.token.label}"
    for known in (der, *(old[Attribute.VALUE] for old in found)):
        if not is_for(known, public):
            raise CertificateMismatch(place, f"a certificate for another key, {key_id.hex()}")
    same = [old for old in found if old[Attribute.VALUE] == der]
    if not same:
        session.create_object(_template(session, key_id, der))
    for old in found:
        if old not in same[:1]:
            old.destroy()


def is_for(der: bytes, public: PublicKey) -> bool:
    """Whether the certificate is for that public key."""
    return spki(x509.load_der_x509_certificate(der).public_key()) == spki(public)


def spki(public: Any) -> bytes:
    return bytes(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _template(session: Any, key_id: bytes, der: bytes) -> dict[Attribute, Any]:
    part = Certificate.load(der)["tbs_certificate"]
    return COMMON | {
        Attribute.ID: key_id,
        Attribute.LABEL: session.token.label,
        Attribute.SUBJECT: part["subject"].dump(),
        Attribute.ISSUER: part["issuer"].dump(),
        Attribute.SERIAL_NUMBER: part["serial_number"].dump(),
        Attribute.VALUE: der,
    }
