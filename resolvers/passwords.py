"""Passwords, kept as argon2id hashes (RFC 9106) of their normal form."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from models.password_rules import password_form


def usual_hasher() -> PasswordHasher:
    """46 MiB once, on one core: what OWASP's Password Storage Cheat Sheet names first. A dearer one
    would keep a small machine from serving others while somebody signs in.
    """
    return PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)


class Passwords:
    """Hashes and checks outside the event loop: one check costs tens of milliseconds."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or usual_hasher()
        self.nobodys = self._hasher.hash(secrets.token_urlsafe(48))
        """Of a password that nobody knows: what an account has that never signed in by one."""

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(self._hasher.hash, password_form(password))

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether `password` is the one behind `kept`. An unknown account (None) costs as much.

        A hash that is older than the normal form was made of the password as it was typed.
        """
        forms = dict.fromkeys((password_form(password), password))
        found = [
            await asyncio.to_thread(self._verify, kept or self.nobodys, form) for form in forms
        ]
        return any(found) and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
