"""Whether the audit trail is whole: every row unaltered, in its place, and none gone."""

import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.audit import NO_DIGEST, AuditRow

PAGE = 1000


class Break(StrEnum):
    """What is wrong at a place of the trail."""

    ALTERED = "ALTERED"
    MISSING = "MISSING"
    SWAPPED = "SWAPPED"
    TRUNCATED = "TRUNCATED"


@dataclass(frozen=True)
class Head:
    """A link that is known to have been written."""

    id: int
    digest: str


class BrokenTrail(Exception):  # noqa: N818 - the trail is broken; nothing erred
    """The first broken place: `id` is that of the row that is wrong or not there."""

    def __init__(self, what: Break, id_: int, why: str) -> None:
        super().__init__(f"{what} at {id_}: {why}")
        self.what, self.id = what, id_


@dataclass(frozen=True)
class Checked:
    """What was found whole: how many rows, and the last of them."""

    rows: int
    head: Head | None


async def rows_from(first: int) -> AsyncIterator[AuditRow]:
    """The rows from id `first` on, in order, a page at a time.

    Raises BrokenTrail at a row with something in it that no such column can hold.
    """
    while page := await _page(first):
        for row in page:
            yield row
        first = page[-1].id + 1


async def _page(first: int) -> list[AuditRow]:
    ids = AuditRow.filter(id__gte=first).order_by("id")
    try:
        return await ids.limit(PAGE)
    except (ValueError, TypeError):
        return await _one(await ids.limit(1).values_list("id", flat=True))


async def _one(ids: Sequence[Any]) -> list[AuditRow]:
    """The next row alone, where one of the page cannot be read."""
    try:
        return await AuditRow.filter(id__in=list(ids))
    except (ValueError, TypeError) as error:
        raise BrokenTrail(Break.ALTERED, ids[0], "it cannot be read") from error


async def check(key: bytes, first: int = 1, known: Head | None = None) -> Checked:
    """Walk over the rows from id `first` on; `known` is a link that must still be there.

    Raises BrokenTrail. A row that cannot be read counts as altered.
    """
    previous, count = await _before(first), 0
    async for row in rows_from(first):
        await _check_row(key, row, previous)
        previous, count = Head(row.id, row.digest), count + 1
        if known and row.id == known.id and row.digest != known.digest:
            raise BrokenTrail(Break.ALTERED, row.id, "it is not the one that was written down")
    if known and known.id > previous.id:
        raise BrokenTrail(Break.TRUNCATED, previous.id + 1, f"rows up to {known.id} were written")
    return Checked(count, previous if count else None)


async def _before(first: int) -> Head:
    """The link before the first; its digest is the first one's to prove."""
    row = await AuditRow.get_or_none(id=first - 1)
    if row is None and first > 1:
        raise BrokenTrail(Break.MISSING, first - 1, "there is no such row")
    return Head(first - 1, row.digest if row else NO_DIGEST)


async def _check_row(key: bytes, row: AuditRow, previous: Head) -> None:
    is_whole = hmac.compare_digest(row.signed(key), row.digest)
    if not is_whole and (place := await _own_place(key, row)):
        raise BrokenTrail(Break.SWAPPED, row.id, f"this row was written as {place}")
    if row.id != previous.id + 1:
        raise BrokenTrail(Break.MISSING, previous.id + 1, f"the next row is {row.id}")
    if not is_whole:
        raise BrokenTrail(Break.ALTERED, row.id, "it is not as it was written")
    if row.previous != previous.digest:
        raise BrokenTrail(Break.ALTERED, previous.id, f"row {row.id} was written after another")


async def _own_place(key: bytes, row: AuditRow) -> int | None:
    """Where a row stood when it was written, if it stands elsewhere now: behind the row whose
    digest it names, or near by, where that has moved too.
    """
    behind = await AuditRow.filter(digest=row.previous).values_list("id", flat=True)
    near = range(max(1, row.id - PAGE), row.id + PAGE)
    places = [*(int(str(id_)) + 1 for id_ in behind), *near]
    return next((place for place in places if row.signed(key, place) == row.digest), None)
