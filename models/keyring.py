"""The keys of personal data: a ring of which the newest seals and all open.

A sealed text is `v1.KEY-ID.BASE64URL(nonce, ciphertext, tag)`: AES-256-GCM (NIST SP 800-38D) with a
random nonce of 96 bits and the place (`table.column`) as associated data, so that a value opens in
its own column only. It is not bound to its row (docs/decisions/0010-personal-data.md).
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK: Final = "v1."
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class CannotOpen(Exception):  # noqa: N818 - a fact, like the refusals
    """A sealed text does not open. The message names place and key, never the text."""


class DataKeys:
    """Keys by id, oldest first, made ready for use once."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Raises ValueError when there is none, or one is not of 32 bytes."""
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"a key ring has keys of {KEY_BYTES} bytes")
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.newest = list(keys)[-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ciphers)

    def __contains__(self, name: str) -> bool:
        return name in self._ciphers

    def cipher(self, name: str) -> AESGCM | None:
        return self._ciphers.get(name)


class KeyRing:
    """Seals, opens, and makes keyed hashes.

    :param keys: answers the keys as they are now; asked whenever something is sealed or names a
        key that was not there before, so that a ring that is turned needs no restart
    :param lookup: the key of the hashes; it does not rotate, for equal values must hash alike
    """

    def __init__(self, keys: Callable[[], DataKeys], lookup: bytes) -> None:
        self._ask, self._lookup = keys, lookup
        self._known = keys()

    @property
    def keys(self) -> DataKeys:
        """As they are now."""
        self._known = self._ask()
        return self._known

    def seal(self, place: str, text: str) -> str:
        """Under the newest key, for this place. The same text seals differently each time."""
        keys = self.keys
        cipher = keys.cipher(keys.newest)
        assert cipher is not None, "the newest key is one of the keys"  # noqa: S101 - DataKeys' own
        nonce = os.urandom(NONCE_BYTES)
        box = nonce + cipher.encrypt(nonce, text.encode(), place.encode())
        return f"{MARK}{keys.newest}.{urlsafe_b64encode(box).decode()}"

    def open(self, place: str, sealed: str) -> str:
        """Raises CannotOpen: no such key in the ring, or the text is altered or another place's."""
        name = key_of(sealed)
        cipher = self._known.cipher(name) or self.keys.cipher(name)
        if cipher is None:
            raise CannotOpen(f"{place}: the key {name} is not in the ring")
        try:
            box = urlsafe_b64decode(sealed.rpartition(".")[2])
            text = cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            raise CannotOpen(f"{place}: altered, or sealed for another place") from None
        return text.decode()

    def is_current(self, sealed: str) -> bool:
        """Whether it is sealed under the newest key."""
        return sealed.startswith(f"{MARK}{self.keys.newest}.")

    def keyed_hash(self, place: str, text: str) -> str:
        """HMAC-SHA256 (RFC 2104), 64 hexadecimal digits: for equality and uniqueness where only
        sealed texts are kept, which nobody can try out without the key.
        """
        return hmac.digest(self._lookup, f"{place}|{text}".encode(), hashlib.sha256).hex()


def key_of(sealed: str) -> str:
    """The id of the key that sealed it; "" when it does not say."""
    return sealed.removeprefix(MARK).partition(".")[0]
