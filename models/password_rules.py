"""What a password may be (NIST SP 800-63B-4 §3.1.1.2): long, not well known, not the username.

No rules of composition and no forced changes: they make passwords worse. Lengths count the
characters of the normal form.
"""

import unicodedata
from functools import cache
from pathlib import Path

LENGTH = range(8, 129)
FEWEST_OWN = 4  # letters and digits beside the username
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
    if _is_little_more_than(password_form(username).casefold(), folded):
        return "PASSWORD_IS_USERNAME"
    return "PASSWORD_COMMON" if folded in _common() else None


def _is_little_more_than(username: str, password: str) -> bool:
    """Whether it is the username, once or several times, with little around it."""
    own = sum(mark.isalnum() for mark in password.replace(username, ""))
    return username in password and own < FEWEST_OWN


@cache
def _common() -> frozenset[str]:
    """The passwords that are tried first by everybody; in small letters."""
    return frozenset(COMMON.read_text("ascii").split("\n"))
