"""Who sees personal data in full, and what the others see of them: one table."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import overload

from models.enums import Party


class Datum(Enum):
    """A kind of personal data."""

    ID_NUMBER = auto()
    PHONE = auto()
    EMAIL = auto()
    ID_PAPER = auto()
    DELIVERY_PHONE = auto()
    DELIVERY_ADDRESS = auto()


UNIT, ISSUER, MAKER = Party.UNIT, Party.ISSUER, Party.MAKER
# fmt: off
IN_FULL: dict[Datum, frozenset[Party]] = {
    Datum.ID_NUMBER:        frozenset({UNIT, ISSUER}),
    Datum.PHONE:            frozenset({UNIT, ISSUER}),
    Datum.EMAIL:            frozenset({UNIT, ISSUER}),
    Datum.ID_PAPER:         frozenset({UNIT, ISSUER}),
    Datum.DELIVERY_PHONE:   frozenset({UNIT, ISSUER, MAKER}),
    Datum.DELIVERY_ADDRESS: frozenset({UNIT, ISSUER, MAKER}),
}
# fmt: on
"""The issuer compares numbers with papers and calls who applied; the maker hands over or sends.
Data centre and platform look on: masked. Names and the business place (住所), which the public
register has, are not masked.
"""
FEWEST_HIDDEN = 4  # characters; a text that would show more is hidden whole
PLACE = re.compile(r".*?(?:市|自治州|地区|盟)|.*?(?:省|自治区)")


def masked_number(text: str) -> str:
    """`110***********1234`; of a short one only its ends."""
    first, last = (3, 4) if len(text) > len("H0123456789") else (1, 2)
    return _ends(text, first, last)


def masked_phone(text: str) -> str:
    """`138****1234`; of a short one only its end."""
    first, last = (3, 4) if len(text) >= len("13800000000") else (0, 2)
    return _ends(text, first, last)


def _ends(text: str, first: int, last: int) -> str:
    hidden = len(text) - first - last
    if hidden < FEWEST_HIDDEN:
        return "*" * len(text)
    return text[:first] + "*" * hidden + text[len(text) - last :]


def masked_email(text: str) -> str:
    """`a***@example.com`."""
    name, at, domain = text.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else "***"


def masked_address(text: str) -> str:
    """Province and city, if it begins with them."""
    found = PLACE.match(text)
    return f"{found[0] if found else ''}***"


MASKS: dict[Datum, Callable[[str], str]] = {
    Datum.ID_NUMBER: masked_number,
    Datum.PHONE: masked_phone,
    Datum.EMAIL: masked_email,
    Datum.DELIVERY_PHONE: masked_phone,
    Datum.DELIVERY_ADDRESS: masked_address,
}


@dataclass(frozen=True)
class Sight:
    """What somebody who is these parties to an application sees of it."""

    parties: Collection[Party]

    def in_full(self, datum: Datum) -> bool:
        return bool(IN_FULL[datum] & set(self.parties))

    @overload
    def of(self, datum: Datum, text: str) -> str: ...
    @overload
    def of(self, datum: Datum, text: str | None) -> str | None: ...
    def of(self, datum: Datum, text: str | None) -> str | None:
        """The text, or what may be seen of it."""
        return text if not text or self.in_full(datum) else MASKS[datum](text)
