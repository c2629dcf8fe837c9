"""Asking for the PIN: on this machine, never in a page."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path

Ask = Callable[[str], str | None]
"""Shows what is to be signed and answers the PIN, or None if the user does not want to."""


def asking(pin_file: Path | None) -> Ask:
    """By a window if there is a screen, else on the terminal. `pin_file` asks nobody: for
    demonstrations and tests alone.
    """
    if pin_file:
        return lambda _text: pin_file.read_text("utf-8").strip()
    return _by_window if _has_screen() else _by_terminal


def _has_screen() -> bool:
    try:
        import tkinter as tk  # noqa: PLC0415 - not every Python has it

        tk.Tk().destroy()
    except (ImportError, RuntimeError):
        return False
    except tk.TclError:
        return False
    return True


def _by_window(text: str) -> str | None:
    import tkinter as tk  # noqa: PLC0415
    from tkinter import simpledialog  # noqa: PLC0415

    root = tk.Tk()
    root.withdraw()
    root.attributes("-topmost", True)
    try:
        return simpledialog.askstring("PIN", text, show="●", parent=root)
    finally:
        root.destroy()


def _by_terminal(text: str) -> str | None:
    print(f"\n{text}", file=sys.stderr)
    try:
        return getpass.getpass("PIN (empty: do not sign): ") or None
    except (EOFError, KeyboardInterrupt):
        return None
