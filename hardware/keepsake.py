"""Copies of SoftHSM's token files, so that a SIGKILL cannot lose a token.

SoftHSM 2.6 rewrites `token.object` at every login by truncating it first. It holds the token's
wrapped master key: a process killed in that moment leaves it empty, and the token with all its
keys is gone. What matters in it changes only with the PINs, so a copy made then mends it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hardware.module import Module

TOKEN_FILE: Final = "token.object"  # noqa: S105 - a file's name
PRIVATE: Final = 0o600


def keep_token(module: Module, serial: str, *, anew: bool = False) -> None:
    """Keep a copy of that token's file; `anew` replaces it, as is due when a PIN has changed.

    Does nothing for modules other than SoftHSM.
    """
    if module.folder is None or (_kept(module, serial).exists() and not anew):
        return
    for token in _token_folders(module):
        if _serial(token) == serial:
            _write(_kept(module, serial), (token / TOKEN_FILE).read_bytes())


def mend_tokens(module: Module) -> list[str]:
    """Give empty token files their copies back; answers the serial numbers of the tokens mended.

    To be called before the module is initialised, for it passes over tokens without a file.
    """
    mended = []
    for token in _token_folders(module):
        kept = _kept(module, _serial(token))
        if _is_empty(token / TOKEN_FILE) and kept.exists():
            _write(token / TOKEN_FILE, kept.read_bytes())
            mended.append(kept.name)
    return mended


def _token_folders(module: Module) -> Iterator[Path]:
    if module.tokens:
        yield from (entry for entry in module.tokens.iterdir() if entry.is_dir())


def _serial(token: Path) -> str:
    """SoftHSM names the folder by a UUID and the token by its last 16 digits."""
    return token.name.replace("-", "")[-16:]


def _kept(module: Module, serial: str) -> Path:
    return Path(module.folder or "") / "kept" / serial


def _is_empty(file: Path) -> bool:
    return not file.exists() or file.stat().st_size == 0


def _write(target: Path, content: bytes) -> None:
    """Put the content in place whole or not at all."""
    target.parent.mkdir(exist_ok=True, mode=0o700)
    draft = target.with_name(f"{target.name}.{os.getpid()}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
