"""What a password may be (NIST SP 800-63B-4 §3.1.1.2): long, not well known, not the username.

No rules of composition and no forced changes: they make passwords worse. Lengths count the
characters of the normal form.
"""

import unicodedata
from functools import cache
from pathlib import Path

LENGTH = range(8, 129)
COMMON = Path(__file__).parent / "data" / "common-passwords.txt"


def password_form(password: str) -> str:
    """NFKC, so that the same password is the same on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def password_problem(username: str, password: str) -> str | None:
    """The code of what is wrong with a new password of `username`, or None."""
    form = password_form(password)
    folded = form.casefold()
    if len(form) not in LENGTH:
        return "PASSWORD_LENGTH"
    if password_form(username).casefold() in folded:
        return "PASSWORD_IS_USERNAME"
    return "PASSWORD_COMMON" if folded in _common() else None


@cache
def _common() -> frozenset[str]:
    """The passwords that are tried first by everybody; in small letters."""
    return frozenset(COMMON.read_text("ascii").split("\n"))
