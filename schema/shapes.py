"""The shape of inputs, before any act: how long texts and lists may be, and of which characters."""

import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from models.identifiers import is_letter
from models.refusals import Refusal

USUAL = 64
LONGEST = {
    "street": 200,
    "address": 200,
    "email": 254,
    "note": 500,
    "password": 128,
    "password_confirmation": 128,
    "new_password": 128,
    "new_password_confirmation": 128,
    "file_name": 120,
    "authorization_code": 2000,
    "redirect_uri": 300,
    "iss": 300,
    "certificate": 8000,
    "signature": 2000,
    "assertion": 8192,
    "origin": 300,
    "acknowledged_warnings": 160,
    "carrier": 60,
    "tracking_number": 60,
    "content_type": 60,
    "id_number": 40,
    "phone": 30,
    "new_phone": 30,
    "totp": 40,
    "country": 20,
    "id_valid_from": 20,
    "id_valid_to": 20,
    "username": 40,
    "captcha_id": 32,
    "region_code": 20,
}
ALIKE = {("LoginWithSingleWindowInput", "code"): "authorization_code"}
"""Fields whose name another input has for something shorter."""
LINES = frozenset({"note", "certificate"})
"""May have several lines."""
MOST_ITEMS = 100
CONTROL = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories that no form field holds: controls, what turns or hides text, halves of pairs,
nothing at all, separators of lines.
"""

Path = tuple[str, ...]


def shape_refusals(value: Any, path: Path = (), name: str = "") -> Iterator[Refusal]:
    """What is wrong with the shape of an input, all of it, each at its place."""
    if isinstance(value, str):
        text = value.replace("\n", " ") if name in LINES else value
        yield from _text(text, path, LONGEST.get(name, USUAL))
    elif isinstance(value, list):
        if len(value) > MOST_ITEMS:
            yield Refusal("TOO_MANY", path, {"limit": MOST_ITEMS})
        for index, item in enumerate(value[:MOST_ITEMS]):
            yield from shape_refusals(item, (*path, str(index)), name)
    elif is_dataclass(value):
        for field in fields(value):
            below = (*path, to_camel_case(field.name))
            alike = ALIKE.get((type(value).__name__, field.name), field.name)
            yield from shape_refusals(getattr(value, field.name), below, alike)


def _text(text: str, path: Path, limit: int) -> Iterator[Refusal]:
    if len(text) > limit:
        yield Refusal("TOO_LONG", path, {"limit": limit})
    elif not is_plain(text):
        yield Refusal("CONTROL_CHARACTER", path)


def is_plain(text: str) -> bool:
    return all(_is_plain(mark) for mark in text)


def _is_plain(mark: str) -> bool:
    return is_letter(mark) or unicodedata.category(mark) not in CONTROL


def plain(text: str | None) -> str | None:
    """An argument of a query as it may reach the database: at most 200 characters, none odd."""
    if text is None:
        return None
    return "".join(mark for mark in text[:200] if _is_plain(mark))
