"""Where the key ring of personal data is kept: PORTCARD_DATA_KEYS, or a file in the data folder."""

import json
import os
import re
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

from models.clock import today
from models.keyring import KEY_BYTES, DataKeys, KeyRing
from models.resealing import unopenable
from server.faults import StartFault
from server.folder import OWNER_ONLY
from server.keys import Keys
from server.settings import Settings

FILE = "keyring.json"
ID = re.compile(r"[a-z0-9-]{1,32}")
Kept = dict[str, str]
"""Keys in base64 by their ids, oldest first."""


def ring_of(settings: Settings, keys: Keys) -> KeyRing:
    """The ring of a deployment. Raises StartFault when it cannot be read."""
    lookup = bytes.fromhex(keys.derived("personal-data|lookup"))
    if settings.data_keys:
        told = data_keys(kept_in(settings.data_keys.get_secret_value()))
        return KeyRing(lambda: told, lookup)
    return KeyRing(RingFile(settings.data_dir / FILE), lookup)


async def require_ring() -> None:
    """Raises StartFault when the open database was sealed by keys that the ring has not."""
    if missing := await unopenable():
        raise StartFault(
            f"personal data are sealed by the key {missing}, which is not in the ring:"
            f" restore {FILE} of the data folder, or PORTCARD_DATA_KEYS"
        )


def kept_in(setting: str) -> Kept:
    """The keys of `ID:BASE64,ID:BASE64`. Raises StartFault."""
    pairs = [part.strip().partition(":") for part in setting.split(",") if part.strip()]
    kept = {name: key for name, _, key in pairs}
    if len(kept) != len(pairs):
        raise StartFault("PORTCARD_DATA_KEYS names a key twice")
    return kept


def data_keys(kept: Kept, where: str = "PORTCARD_DATA_KEYS") -> DataKeys:
    """Raises StartFault; the message names no key."""
    wrong = [name for name in kept if not ID.fullmatch(name)]
    if wrong:
        raise StartFault(f"{where}: the id of a key has letters a to z, digits and -")
    try:
        return DataKeys({name: b64decode(key, validate=True) for name, key in kept.items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise StartFault(f"{where} is no key ring (ID:BASE64 of 32 bytes): {error}") from None


def new_key() -> Kept:
    """A random key; its id says when it was made, and is no other ring's."""
    name = f"{today():%Y%m%d}-{secrets.token_hex(2)}"
    return {name: b64encode(secrets.token_bytes(KEY_BYTES)).decode()}


class RingFile:
    """The ring in a file of the data folder, made when it is first asked for. Who changes it
    replaces it whole, and every process that has it open sees the new one at its next use.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._keys: DataKeys | None = None

    def __call__(self) -> DataKeys:
        """The keys as they are now. Raises StartFault when the file is spoilt."""
        stamp = self._stamp()
        if self._keys is None or stamp != self._seen:
            self._keys, self._seen = data_keys(self.read(), str(self._path)), stamp
        return self._keys

    def _stamp(self) -> tuple[int, int]:
        """What changes with the file. One that has gone from under us changes nothing: another
        one made now would seal what nobody can open who restores the first.
        """
        try:
            found = self._path.stat()
        except FileNotFoundError:
            if self._seen:
                return self._seen
            self._make()
            found = self._path.stat()
        return found.st_ino, found.st_mtime_ns

    def _make(self) -> None:
        """Whoever comes first makes it: the file appears whole, or not at all."""
        draft = self._draft(new_key())
        try:
            os.link(draft, self._path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def read(self) -> Kept:
        try:
            kept: Kept = json.loads(self._path.read_text("ascii"))
        except ValueError as error:
            raise StartFault(f"{self._path} is spoilt: restore it") from error
        return kept

    def write(self, kept: Kept) -> None:
        self._draft(kept).replace(self._path)

    def _draft(self, kept: Kept) -> Path:
        draft = self._path.with_name(f"{FILE}.{secrets.token_hex(4)}.draft")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(kept, file, indent=1)
        return draft
