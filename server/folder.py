"""Folders: there, ours, and writable."""

import tempfile
from pathlib import Path

from server.faults import StartFault


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
