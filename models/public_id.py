"""Opaque ids as clients see them: a kind and a row (`app-17`). Only this file knows their form."""

from enum import StrEnum


class Kind(StrEnum):
    APPLICATION = "app"
    ATTACHMENT = "att"
    CARD = "crd"
    ENTERPRISE = "ent"
    EVENT = "evt"
    INSTITUTION = "ins"
    OPERATOR = "opr"
    OPERATOR_ACCOUNT = "acc"
    SESSION = "ses"


BIGGEST = 2**31 - 1
MOST_DIGITS = 18


def public_id(kind: Kind, row: int) -> str:
    return f"{kind}-{row}"


def row_id(kind: Kind, text: str) -> int | None:
    """The row behind `text`, or None when it is not an id of this kind."""
    prefix, _, digits = text.partition("-")
    if prefix != kind or not digits.isascii() or not digits.isdigit() or len(digits) > MOST_DIGITS:
        return None
    row = int(digits)
    return row if kind is Kind.EVENT or row <= BIGGEST else None
