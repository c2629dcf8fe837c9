"""Pages of lists that grow: behind a cursor, a bounded number of rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.refusals import refuse

MOST = 100
MOST_ASKED = 1000
USUAL = 20
PREFIX = "p"
MOMENT = "t"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Order:
    """By which column, rows without a value last or first as they sort; equal ones by their id."""

    column: str = "id"
    newest_first: bool = False


BY_ID = Order()


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    has_next: bool
    has_previous: bool
    order: Order = BY_ID

    @property
    def start(self) -> str | None:
        return self._cursor(self.rows[0]) if self.rows else None

    @property
    def end(self) -> str | None:
        return self._cursor(self.rows[-1]) if self.rows else None

    def _cursor(self, row: Row) -> str:
        """The id, and before it the moment that the order goes by, in microseconds."""
        if self.order.column == "id":
            return cursor_of(row.pk)
        return f"{MOMENT}{_micros(getattr(row, self.order.column))}{PREFIX}{row.pk}"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def cursor_of(position: int) -> str:
    """An opaque cursor; of events too, where it is the position in the log."""
    return f"{PREFIX}{position}"


def position_of(cursor: str | None) -> int | None:
    """The position behind a cursor. Raises Refused (CURSOR_INVALID)."""
    if cursor is None:
        return None
    digits = cursor.removeprefix(PREFIX)
    if digits == cursor or not digits.isascii() or not digits.isdigit() or len(digits) > 18:  # noqa: PLR2004 - fits 64 bits
        raise refuse("CURSOR_INVALID", "after")
    return int(digits)


def page_size(first: int | None) -> int:
    """`first`, or 20; never above 100. Raises Refused (PAGE_SIZE) when it is below 0, or above
    1,000, which nobody asks by mistake.
    """
    if first is not None and not 0 <= first <= MOST_ASKED:
        raise refuse("PAGE_SIZE", "first")
    return USUAL if first is None else min(first, MOST)


@cache
def _largest(table: type[Model]) -> int:
    """The largest id that its column can be compared with."""
    largest: int = table.describe()["pk_field"]["constraints"]["le"]
    return largest


async def page(
    rows: QuerySet[Row], first: int | None, after: str | None, order: Order = BY_ID
) -> Page[Row]:
    """The page of `rows` in `order` behind the cursor `after`: keyset, so that every page costs
    the same. Raises Refused: PAGE_SIZE, CURSOR_INVALID (also for a cursor of another order).
    """
    limit = page_size(first)
    behind = _behind(rows.model, order, after)
    sign = "-" if order.newest_first else ""
    columns = dict.fromkeys((f"{sign}{order.column}", f"{sign}id"))
    found = await rows.filter(behind).order_by(*columns).limit(limit + 1)
    return Page(found[:limit], len(found) > limit, behind != ALL, order)


ALL = Q()


def _behind(table: type[Model], order: Order, after: str | None) -> Q:
    if after is None:
        return ALL
    than = "lt" if order.newest_first else "gt"
    if order.column == "id":
        position = min(position_of(after) or 0, _largest(table))
        return _is(f"id__{than}", position)
    moment, position = _moment_of(after)
    same = _is(order.column, moment) & _is(f"id__{than}", min(position, _largest(table)))
    return _is(f"{order.column}__{than}", moment) | same


def _is(what: str, value: Any) -> Q:
    return Q(**{what: value})


MOMENT_CURSOR = re.compile(rf"{MOMENT}([0-9]{{1,16}}){PREFIX}([0-9]{{1,18}})", re.ASCII)


def _moment_of(cursor: str) -> tuple[datetime, int]:
    told = MOMENT_CURSOR.fullmatch(cursor)
    if told is None:
        raise refuse("CURSOR_INVALID", "after")
    try:
        return EPOCH + int(told[1]) * MICROSECOND, int(told[2])
    except OverflowError:
        raise refuse("CURSOR_INVALID", "after") from None
