"""The card, by PKCS#11: its certificate for everybody, a signature for who knows the PIN."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID
from pkcs11 import Attribute, Mechanism, ObjectClass
from pkcs11 import exceptions as faults
from trouble import Trouble

MOST_WRONG: Final = 3  # PINs in a row: a card locks itself soon after, and unlocking takes a visit
WRONG: Final = (faults.PinIncorrect, faults.PinInvalid, faults.PinLenRange)


class Card:
    """A token of a module, by its label or serial number.

    The module is initialised anew for every use: the card may have been pulled out, and a module
    does not show by itself what has changed. For one thread only.
    """

    def __init__(self, module: Path, label: str | None, serial: str | None) -> None:
        self._module = module
        self._wanted = {"token_label": label, "token_serial": serial.encode() if serial else None}
        self._wrong = 0

    def certificate(self) -> x509.Certificate:
        """The certificate for signing in. Raises Trouble."""
        with self._opened() as session:
            return _found(session)[1]

    def sign(self, data: bytes, certificate: x509.Certificate, pin: str) -> bytes:
        """A signature with the certificate's key: ECDSA (DER) or RSA PKCS #1 v1.5, with SHA-256.

        Raises Trouble, also when the card is another one by now.
        """
        if self._wrong >= MOST_WRONG:
            raise Trouble(423, "PIN_STOPPED", "Too many wrong PINs. Start the agent again.")
        with self._opened(pin) as session:
            self._wrong = 0
            key_id, present = _found(session)
            if present != certificate:
                raise Trouble(409, "CARD_CHANGED", "The card was changed meanwhile.")
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=key_id)
            return _signature(key, certificate.public_key(), data)

    @contextmanager
    def _opened(self, pin: str | None = None) -> Iterator[Any]:
        try:
            library = pkcs11.lib(str(self._module))
            library.reinitialize()
            with library.get_token(**self._wanted).open(user_pin=pin) as session:
                yield session
        except WRONG:
            self._wrong += 1
            raise Trouble(401, "PIN_WRONG", "The PIN is wrong.") from None
        except faults.PinLocked:
            raise Trouble(423, "PIN_LOCKED", "The card's PIN is locked.") from None
        except (faults.PKCS11Error, RuntimeError, ValueError) as error:
            detail = f"{type(error).__name__} {error}".strip()
            raise Trouble(503, "CARD_UNREADABLE", f"The card cannot be read: {detail}") from error


def _found(session: Any) -> tuple[bytes, x509.Certificate]:
    """The first certificate for clientAuth, and the id that it shares with its key."""
    for stored in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
        certificate = x509.load_der_x509_certificate(stored[Attribute.VALUE])
        if _is_for_signing_in(certificate):
            return stored[Attribute.ID], certificate
    raise Trouble(503, "CARD_EMPTY", "The card has no certificate for signing in.")


def _is_for_signing_in(certificate: x509.Certificate) -> bool:
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in purposes


def _signature(key: Any, public: object, data: bytes) -> bytes:
    if not isinstance(public, ec.EllipticCurvePublicKey):
        return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
    raw = bytes(key.sign(hashlib.sha256(data).digest(), mechanism=Mechanism.ECDSA))
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
