"""Tokens: found by label, made when missing, opened without leaking sessions."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pkcs11.constants import TokenFlag, UserType
from pkcs11.exceptions import PKCS11Error

from hardware.cryptoki import LABEL_BYTES, Answer
from hardware.errors import (
    ModuleFault,
    PinRefused,
    SubjectRefused,
    TokenAmbiguous,
    TokenMissing,
)
from hardware.keepsake import keep_token
from hardware.module import Module
from hardware.owned import OwnedModule, owned

PIN_TROUBLES: Final = {
    Answer.PIN_INCORRECT: "wrong PIN",
    Answer.PIN_INVALID: "the PIN has characters the token does not take",
    Answer.PIN_LEN_RANGE: "the PIN is too short or too long",
    Answer.PIN_EXPIRED: "the PIN has expired",
    Answer.PIN_LOCKED: "the PIN is locked",
    Answer.USER_PIN_NOT_INITIALIZED: "no PIN has been set",
}


@dataclass(frozen=True)
class Pins:
    """The security officer's PIN and the holder's; never shown."""

    so: str = field(repr=False)
    user: str = field(repr=False)


@dataclass(frozen=True)
class TokenInfo:
    serial: str
    label: str


def ensure_token(module: Module, label: str, pins: Pins) -> TokenInfo:
    """The token of that label; made if it is missing, completed if it was left half made.

    A token that is complete is left alone: its PIN is not compared.

    :param label: at most 32 bytes of UTF-8, which CK_TOKEN_INFO pads with spaces
    :raises SubjectRefused: the label is empty or too long, or has spaces around it
    :raises TokenAmbiguous: several tokens bear the label
    :raises PinRefused: the token takes no such PIN
    """
    if not 0 < len(label.encode()) <= LABEL_BYTES or label != label.strip():
        raise SubjectRefused(f"token {label}", f"a label has 1 to {LABEL_BYTES} bytes, trimmed")
    own = owned(module)
    with alone(module, "tokens"), translated(label):
        token = _find(own, label) or _found_anew(own, label)
        token = token or _complete(own, label, pins) or _make(own, label, pins)
        serial = token.serial.decode()
        keep_token(module, serial)
        return TokenInfo(serial, token.label)


def require_token(module: Module, label: str) -> Any:
    """The token of that label.

    :raises TokenMissing: there is none
    :raises TokenAmbiguous: several tokens bear the label
    """
    own = owned(module)
    with translated(label):
        token = _find(own, label)
    if token is None:
        raise TokenMissing(f"token {label}", f"not found in {own.place}")
    return token


@contextmanager
def session(module: Module, label: str, pin: str) -> Iterator[Any]:
    """A read-write session of the holder, logged out and closed at the end.

    :raises TokenMissing: no token bears the label
    :raises PinRefused: wrong, locked, expired or unset PIN
    :raises ModuleFault: PKCS#11 failed inside
    """
    token = require_token(module, label)
    with translated(label), _logged_in(owned(module), token, UserType.USER, pin) as opened:
        yield opened


@contextmanager
def translated(label: str) -> Iterator[None]:
    """Turn whatever python-pkcs11 raises inside into a ModuleFault of that token."""
    try:
        yield
    except PKCS11Error as error:
        detail = f"{type(error).__name__} {error}".strip()
        raise ModuleFault(f"token {label}", detail) from error


def _find(own: OwnedModule, label: str) -> Any | None:
    own.refresh()
    tokens = [token for token in own.tokens(label) if _is_complete(token)]
    if len(tokens) > 1:
        serials = ", ".join(token.serial.decode() for token in tokens)
        raise TokenAmbiguous(f"token {label}", f"serials {serials}")
    return tokens[0] if tokens else None


def _found_anew(own: OwnedModule, label: str) -> Any | None:
    """Another process may have completed it since we looked, which the folder's time does not tell:
    a half-made one that we have seen is looked at again before anything is made.
    """
    if own.tokens(label):
        own.renew()
        return _find(own, label)
    return None


def _is_complete(token: Any) -> bool:
    """Whether its making went through to the end, which is the holder's PIN."""
    return bool(token.flags & TokenFlag.USER_PIN_INITIALIZED)


def _complete(own: OwnedModule, label: str, pins: Pins) -> Any | None:
    """A half-made token given its PIN, if there is one that knows the security officer.

    A SIGKILL inside C_InitToken may leave a token that takes no PIN at all. It can hold no key, and
    is passed over from then on.
    """
    for token in own.tokens(label):
        with suppress(PinRefused):
            _set_user_pin(own, token, pins)
            return token
    return None


def _make(own: OwnedModule, label: str, pins: Pins) -> Any:
    slot = own.empty_slot()
    answer = own.raw.init_token(slot.slot_id, pins.so, label)
    if answer in PIN_TROUBLES:
        raise PinRefused(f"token {label}", PIN_TROUBLES[Answer(answer)])
    if answer != Answer.OK:
        raise ModuleFault(f"token {label}", f"C_InitToken answered {answer:#x}")
    own.settle(label, slot)
    token = slot.get_token()
    _set_user_pin(own, token, pins)
    return token


def _set_user_pin(own: OwnedModule, token: Any, pins: Pins) -> None:
    with _logged_in(own, token, UserType.SO, pins.so) as opened:
        opened.init_pin(pins.user)


@contextmanager
def _logged_in(own: OwnedModule, token: Any, user: UserType, pin: str) -> Iterator[Any]:
    opened = token.open(rw=True)  # without PIN: a refused login would leak the session
    try:
        _login(own, opened, user, pin)
        try:
            yield opened
        finally:
            own.raw.logout(opened.handle)
    finally:
        with suppress(PKCS11Error):  # what went wrong before is the news
            opened.close()


def _login(own: OwnedModule, opened: Any, user: UserType, pin: str) -> None:
    answer = own.raw.login(opened.handle, user, pin)
    if answer == Answer.USER_ALREADY_LOGGED_IN:  # then the PIN was not looked at
        own.raw.logout(opened.handle)
        answer = own.raw.login(opened.handle, user, pin)
    place = f"token {opened.token.label}"
    if answer in PIN_TROUBLES:
        raise PinRefused(place, PIN_TROUBLES[Answer(answer)])
    if answer != Answer.OK:
        raise ModuleFault(place, f"C_Login answered {answer:#x}")


@contextmanager
def alone(module: Module, what: str) -> Iterator[None]:
    """Keep other processes from making the same thing in the same folder at the same time."""
    if module.folder is None:
        yield
        return
    with (Path(module.folder) / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
