"""Sealing what must be read again: AES-256-GCM (NIST SP 800-38D) under a key derived by purpose."""

import secrets
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes


class Sealer:
    """`bound` is what a text belongs to: moved to another row, it cannot be opened."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, bound: str) -> str:
        nonce = secrets.token_bytes(NONCE)
        sealed = self._cipher.encrypt(nonce, text.encode(), bound.encode())
        return b64encode(nonce + sealed).decode()

    def open(self, sealed: str, bound: str) -> str:
        """Raises cryptography's InvalidTag when it was altered, moved, or sealed by another key."""
        told = b64decode(sealed)
        return self._cipher.decrypt(told[:NONCE], told[NONCE:], bound.encode()).decode()
