"""Turning the ring: everything under the newest key, while the server runs.

Row after row, in batches of short statements; a cell changes only if it still is what was read, so
that nobody's change is undone. What was done stays done, and another run goes on with the rest.
"""

from collections import Counter
from collections.abc import AsyncIterator

from tortoise.context import require_context
from tortoise.expressions import Q
from tortoise.models import Model

from models.database import key_ring
from models.keyring import MARK, CannotOpen, key_of
from models.sealed import Sealed, SealedField, place_of

BATCH = 200  # rows read at once


def sealed_columns() -> dict[type[Model], list[str]]:
    """Every table with its sealed columns."""
    apps = require_context().apps
    tables = apps["models"].values() if apps else ()
    found = {table: _columns(table) for table in tables}
    return {table: columns for table, columns in found.items() if columns}


def _columns(table: type[Model]) -> list[str]:
    known = table._meta.fields_map.items()  # noqa: SLF001 - Tortoise's way to its fields
    return [name for name, field in known if isinstance(field, SealedField)]


async def reseal() -> Counter[str]:
    """Seal under the newest key what is not yet. Answers how many rows were `resealed`, and how
    many `changed` meanwhile or `cannot be opened`, which another run may find better.
    """
    told: Counter[str] = Counter()
    for table, columns in sealed_columns().items():
        async for row in _stale(table, columns):
            told[await _reseal(row, columns)] += 1
    return told


async def _stale(table: type[Model], columns: list[str]) -> AsyncIterator[Model]:
    """Rows with a cell under another key than the newest."""
    current = f"{MARK}{key_ring().keys.newest}."
    stale = Q(*(~Q(**{f"{name}__startswith": current}) for name in columns), join_type="OR")
    last = 0
    while rows := await table.filter(stale, id__gt=last).order_by("id").limit(BATCH):
        for row in rows:
            yield row
        last = rows[-1].pk


async def _reseal(row: Model, columns: list[str]) -> str:
    ring = key_ring()
    cells = {name: row.__dict__[name] for name in columns}
    old = {name: cell for name, cell in cells.items() if _is_stale(cell)}
    try:
        new = {name: ring.seal(place_of(row, name), getattr(row, name)) for name in old}
    except CannotOpen:
        return "cannot be opened"
    if not new:
        return "current"
    sealed = {name: Sealed(token) for name, token in new.items()}
    there = {name: Sealed(_held(cell)) for name, cell in old.items()}
    done = await type(row).filter(id=row.pk, **there).update(**sealed)
    return "resealed" if done else "changed"


def _is_stale(cell: Sealed | str | None) -> bool:
    return cell is not None and not key_ring().is_current(_held(cell))


def _held(cell: Sealed | str) -> str:
    return cell.token if isinstance(cell, Sealed) else cell


async def rows_under(key: str) -> int:
    """How many rows still have a cell that this key sealed."""
    start = f"{MARK}{key}."
    return sum(
        [
            await table.filter(
                Q(*(Q(**{f"{name}__startswith": start}) for name in columns), join_type="OR")
            ).count()
            for table, columns in sealed_columns().items()
        ]
    )


async def unopenable() -> str | None:
    """The first key that is missing, judged by the newest row of each table; None when all open."""
    for table, columns in sealed_columns().items():
        row = await table.all().order_by("-id").first()
        cells = [row.__dict__[name] for name in columns] if row else []
        for cell in cells:
            if isinstance(cell, Sealed) and key_of(cell.token) not in key_ring().keys:
                return key_of(cell.token)
    return None
