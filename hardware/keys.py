"""Keys on a token, as `cryptography` private keys: they only sign, and never leave.

Only CKM_RSA_PKCS (the digest wrapped here) and CKM_ECDSA (hashed here) are used: every PKCS#11
module has them.
"""

from enum import StrEnum
from typing import Any, Final, NoReturn, Self

from asn1crypto.algos import DigestInfo
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from pkcs11 import Mechanism


class KeyKind(StrEnum):
    """The kinds of key pair that a token is asked to make, and that are certified.

    SM2 is not among them: SoftHSM accepts the curve and then signs plain ECDSA on it.
    """

    P256 = "P-256"
    P384 = "P-384"
    RSA2048 = "RSA-2048"
    RSA3072 = "RSA-3072"


CURVES: Final = {KeyKind.P256: "secp256r1", KeyKind.P384: "secp384r1"}
RSA_BITS: Final = {KeyKind.RSA2048: 2048, KeyKind.RSA3072: 3072}

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class _TokenKey:
    """What both kinds share: a handle on the token and the refusal to do more than sign."""

    def __init__(self, handle: Any, public: Any) -> None:
        self._handle = handle
        self._public = public

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    @property
    def key_size(self) -> int:
        return int(self._public.key_size)

    def public_key(self) -> Any:
        return self._public

    def refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the key does not leave its token, and it only signs")


class TokenRsaKey(_TokenKey, rsa.RSAPrivateKey):
    """An RSA key on a token; signs by PKCS #1 v1.5."""

    decrypt = private_bytes = private_numbers = _TokenKey.refuse

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        if type(padding) is not _PKCS1:
            self.refuse()
        info = DigestInfo(
            {
                "digest_algorithm": {"algorithm": algorithm.name},
                "digest": _digest(data, algorithm),
            }
        )
        return bytes(self._handle.sign(info.dump(), mechanism=Mechanism.RSA_PKCS))


class TokenEcKey(_TokenKey, ec.EllipticCurvePrivateKey):
    """An elliptic-curve key on a token; signs by ECDSA."""

    exchange = private_bytes = private_numbers = _TokenKey.refuse

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve  # type: ignore[no-any-return]

    def sign(self, data: Any, signature_algorithm: Any) -> bytes:
        digest = _digest(data, signature_algorithm.algorithm)
        raw = bytes(self._handle.sign(digest, mechanism=Mechanism.ECDSA))
        half = len(raw) // 2
        r, s = (int.from_bytes(part) for part in (raw[:half], raw[half:]))
        return utils.encode_dss_signature(r, s)


TokenKey = TokenRsaKey | TokenEcKey
_PKCS1: Final = padding.PKCS1v15


def kind_of(key: object) -> KeyKind | None:
    """The kind of that public key, or None for one we do not certify."""
    if isinstance(key, rsa.RSAPublicKey):
        return next((kind for kind, bits in RSA_BITS.items() if bits == key.key_size), None)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return next((kind for kind, name in CURVES.items() if name == key.curve.name), None)
    return None


def hash_for(key: object) -> hashes.SHA256 | hashes.SHA384:
    """SHA-384 with P-384, otherwise SHA-256 (RFC 5480 section 4: hashes as strong as the key)."""
    return hashes.SHA384() if kind_of(key) is KeyKind.P384 else hashes.SHA256()


def sign(key: TokenKey, data: bytes) -> bytes:
    """Sign with the hash that fits the key; EC signatures are DER (RFC 3279 section 2.2.3)."""
    algorithm = hash_for(key.public_key())
    if isinstance(key, TokenRsaKey):
        return key.sign(data, padding.PKCS1v15(), algorithm)
    return key.sign(data, ec.ECDSA(algorithm))


def verifies(key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether `sign` made that signature with the private half of that key."""
    algorithm = hash_for(key)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        else:
            key.verify(signature, data, ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True


def _digest(data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()
