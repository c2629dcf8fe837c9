"""Folders: there, ours, and writable; and what is kept in them for good."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from server.faults import StartFault

OWNER_ONLY = 0o600


def ensure_folder(path: Path, setting: str) -> None:
    """Make the folder if need be. Raises StartFault when it cannot be written to."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StartFault(
            f"the folder {path} cannot be written to ({reason}): choose another by {setting}"
        ) from error


def kept_once(path: Path, made: Callable[[], str]) -> str:
    """A secret in a file that its owner alone can read, made when it is missing: whoever creates
    the file first wins, the others read it. Raises StartFault when it is empty.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        kept = path.read_text("ascii")
        if not kept:
            raise StartFault(f"{path} is empty: restore it, or remove the data folder") from None
        return kept
    with os.fdopen(handle, "w") as file:
        file.write(made())
    return path.read_text("ascii")
