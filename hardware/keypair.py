"""Key pairs on a token by CKA_ID: found, proved by a test signature, made, destroyed."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto.core import OctetString
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11 import Attribute, KeyType, MechanismFlag, ObjectClass
from pkcs11.exceptions import PKCS11Error
from pkcs11.util.ec import encode_named_curve_parameters

from hardware.errors import KeyMissing, KeyUnsound
from hardware.keys import (
    CURVES,
    RSA_BITS,
    KeyKind,
    PublicKey,
    TokenEcKey,
    TokenKey,
    TokenRsaKey,
    kind_of,
    sign,
    verifies,
)

PROBE: Final = b"portcard: are both halves of this key pair here?"
CURVE_TYPES: Final = {KeyKind.P256: ec.SECP256R1, KeyKind.P384: ec.SECP384R1}
# stated although SoftHSM's defaults agree: NSS makes keys extractable unless told otherwise
PRIVATE: Final = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
}


@dataclass(frozen=True)
class Halves:
    """The key objects under one CKA_ID, as many as there are."""

    private: tuple[Any, ...]
    public: tuple[Any, ...]

    @property
    def whole(self) -> bool:
        return len(self.private) == 1 and len(self.public) == 1

    def __bool__(self) -> bool:
        return bool(self.private or self.public)


def find_halves(session: Any, key_id: bytes) -> Halves:
    return Halves(
        objects(session, ObjectClass.PRIVATE_KEY, key_id),
        objects(session, ObjectClass.PUBLIC_KEY, key_id),
    )


def objects(session: Any, kind: ObjectClass, key_id: bytes | None = None) -> tuple[Any, ...]:
    """The objects of that class, all of them or those under one CKA_ID."""
    template: dict[Attribute, Any] = {Attribute.CLASS: kind}
    if key_id is not None:
        template[Attribute.ID] = key_id
    return tuple(session.get_objects(template))


def load_key(session: Any, key_id: bytes) -> TokenKey:
    """The key pair under that id.

    :raises KeyMissing: there is none, or only half of one
    """
    halves = find_halves(session, key_id)
    if not halves.whole:
        raise KeyMissing(f"token {session.token.label}", f"no key pair under {key_id.hex()}")
    return _joined(halves)


def ensure_key(session: Any, key_id: bytes, kind: KeyKind) -> TokenKey:
    """The sound key pair under that id; halves and unsound pairs make room for a new one.

    A SIGKILL inside C_GenerateKeyPair leaves halves, some of them without an id. Sound means: one
    of each half, of that kind, not extractable, and a signature by the private half verifies with
    the public one.

    :raises KeyUnsound: the pair is not sound, but a certificate is stored for it, so that it must
        have been sound before: it is kept for somebody to look at
    """
    halves = find_halves(session, key_id)
    if halves and (key := sound_key(halves, kind)):
        return key
    if halves and objects(session, ObjectClass.CERTIFICATE, key_id):
        raise KeyUnsound(f"token {session.token.label}", f"certified key {key_id.hex()}")
    torn = nameless(session, ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)
    for half in (*halves.private, *halves.public, *torn):
        half.destroy()
    return generate_key(session, key_id, kind)


def nameless(session: Any, *kinds: ObjectClass) -> list[Any]:
    """Objects without CKA_ID: a SIGKILL ended their making before they got their attributes."""
    return [one for kind in kinds for one in objects(session, kind) if not one[Attribute.ID]]


def sound_key(halves: Halves, kind: KeyKind) -> TokenKey | None:
    """The pair, if it is whole, of that kind, guarded and proved by a test signature."""
    if not halves.whole:
        return None
    with suppress(PKCS11Error, ValueError):  # half-written objects lack attributes
        key = _joined(halves)
        guarded = is_guarded(halves.private[0])
        if guarded and kind_of(key.public_key()) is kind and proves_itself(key):
            return key
    return None


def is_guarded(private: Any) -> bool:
    return bool(private[Attribute.SENSITIVE] and not private[Attribute.EXTRACTABLE])


def proves_itself(key: TokenKey) -> bool:
    return verifies(key.public_key(), sign(key, PROBE), PROBE)


def generate_key(session: Any, key_id: bytes, kind: KeyKind) -> TokenKey:
    """A new key pair on the token, sensitive and not extractable.

    :raises KeyUnsound: its test signature does not verify
    """
    options = {
        "id": key_id,
        "label": session.token.label,
        "store": True,
        "capabilities": MechanismFlag.SIGN | MechanismFlag.VERIFY,
        "private_template": PRIVATE,
    }
    if kind in RSA_BITS:
        session.generate_keypair(KeyType.RSA, RSA_BITS[kind], **options)
    else:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(CURVES[kind])}
        parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
        parameters.generate_keypair(**options)
    key = load_key(session, key_id)
    if not proves_itself(key):
        raise KeyUnsound(f"token {session.token.label}", f"new key {key_id.hex()}")
    return key


def public_key(half: Any) -> PublicKey:
    """The public key that a public key object holds.

    :raises ValueError: a point that is not on a curve we know
    """
    if half.key_type == KeyType.RSA:
        e, n = (
            int.from_bytes(half[name]) for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS)
        )
        return rsa.RSAPublicNumbers(e, n).public_key()
    point = OctetString.load(half[Attribute.EC_POINT]).native
    for kind, curve in CURVE_TYPES.items():
        if half[Attribute.EC_PARAMS] == encode_named_curve_parameters(CURVES[kind]):
            return ec.EllipticCurvePublicKey.from_encoded_point(curve(), point)
    raise ValueError("an elliptic curve that is not certified here")


def _joined(halves: Halves) -> TokenKey:
    public = public_key(halves.public[0])
    factory = TokenRsaKey if isinstance(public, rsa.RSAPublicKey) else TokenEcKey
    return factory(halves.private[0], public)
