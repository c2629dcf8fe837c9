"""Pages of lists that grow: behind a cursor, a bounded number of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.refusals import refuse

MOST = 100
USUAL = 20
PREFIX = "p"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    has_next: bool
    has_previous: bool

    @property
    def start(self) -> str | None:
        return cursor_of(self.rows[0].pk) if self.rows else None

    @property
    def end(self) -> str | None:
        return cursor_of(self.rows[-1].pk) if self.rows else None


def cursor_of(position: int) -> str:
    """An opaque cursor; of events too, where it is the position in the log."""
    return f"{PREFIX}{position}"


def position_of(cursor: str | None) -> int | None:
    """The position behind a cursor. Raises Refused (CURSOR_INVALID)."""
    if not cursor:
        return None
    digits = cursor.removeprefix(PREFIX)
    if digits == cursor or not digits.isascii() or not digits.isdigit() or len(digits) > 18:  # noqa: PLR2004 - fits 64 bits
        raise refuse("CURSOR_INVALID", "after")
    return int(digits)


def page_size(first: int | None) -> int:
    """`first`, or 20; never above 100. Raises Refused (PAGE_SIZE) when it is below 0."""
    if first is not None and first < 0:
        raise refuse("PAGE_SIZE", "first")
    return USUAL if first is None else min(first, MOST)


@cache
def _largest(table: type[Model]) -> int:
    """The largest id that its column can be compared with."""
    largest: int = table.describe()["pk_field"]["constraints"]["le"]
    return largest


async def page(
    rows: QuerySet[Row], first: int | None, after: str | None, *, newest_first: bool = False
) -> Page[Row]:
    """The page of `rows`, in the order of their ids, behind the cursor `after`."""
    limit, position = page_size(first), position_of(after)
    if position is not None:
        position = min(position, _largest(rows.model))
        rows = rows.filter(**{"id__lt" if newest_first else "id__gt": position})
    found = await rows.order_by("-id" if newest_first else "id").limit(limit + 1)
    return Page(found[:limit], len(found) > limit, position is not None)
