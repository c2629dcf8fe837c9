"""Rows that wait to be worked on: the database is the queue.

A worker takes rows with a lease and may renew it; whoever dies holding one loses it when the lease
ends.
On PostgreSQL takers skip each other's rows (`FOR UPDATE SKIP LOCKED`); SQLite has one writer.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tortoise import fields
from tortoise.expressions import F, Q
from tortoise.functions import Coalesce
from tortoise.models import Model

from models.clock import now
from models.database import transaction
from models.enums import QueueStatus
from models.sealed import cells_of

log = logging.getLogger(__name__)


class Queued(Model):
    """The columns of a waiting row."""

    status = fields.CharEnumField(QueueStatus, default=QueueStatus.WAITING, max_length=10)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField(default=now)
    leased_until = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=300, default="")

    class Meta:
        abstract = True


ALL = Q()
TAKEN = 0.05  # seconds to sleep when another worker took what was due
Row = TypeVar("Row", bound=Queued)


async def take(table: type[Row], limit: int, lease: timedelta, where: Q = ALL) -> list[Row]:
    """Lease up to `limit` due rows that match `where`, oldest first; `attempts` counts this try."""
    moment = now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=moment)
    async with transaction():
        waiting = table.filter(where, free, status=QueueStatus.WAITING, due_at__lte=moment)
        rows = await waiting.order_by("id").limit(limit).select_for_update(skip_locked=True)
        for row in rows:
            row.attempts += 1
            row.leased_until = moment + lease
            await row.save(update_fields=["attempts", "leased_until"])
    return rows


async def keep(row: Queued, **columns: Any) -> bool:
    """Write to a row that one holds. False, and nothing is written, when its lease was lost and
    another has taken or finished it since: a try is known by its number.
    """
    held = type(row).filter(id=row.pk, status=QueueStatus.WAITING, attempts=row.attempts)
    row.update_from_dict(columns)
    return bool(await held.update(**cells_of(row, columns)))


@asynccontextmanager
async def held(row: Queued, lease: timedelta) -> AsyncIterator[None]:
    """Renew the lease of a row while the body runs, so that a short one does for long work."""
    over = asyncio.Event()
    renewing = asyncio.create_task(_renew(row, lease, over))
    try:
        yield
    finally:
        over.set()
        await renewing


async def _renew(row: Queued, lease: timedelta, over: asyncio.Event) -> None:
    """A database that is away is asked again; if it stays away, the lease ends as it would."""
    while True:
        try:
            await asyncio.wait_for(over.wait(), lease.total_seconds() / 3)
        except TimeoutError:
            pass
        else:
            return
        try:
            await keep(row, leased_until=now() + lease)
        except Exception:
            log.exception("the lease of %s %s", type(row).__name__, row.pk)


async def finish(row: Queued, **columns: Any) -> bool:
    """It is done, with what came of it, in one write. False as `keep`."""
    done = {"status": QueueStatus.DONE, "leased_until": None, "last_error": ""}
    return await keep(row, **done, **columns)


async def put_back(row: Queued, error: str, delays: tuple[int, ...]) -> bool:
    """Wait `delays[attempt]` seconds before the next try; DEAD when the delays are used up.
    False as `keep`.
    """
    told: dict[str, Any] = {"last_error": error[:300], "leased_until": None}
    if row.attempts > len(delays):
        return await keep(row, **told, status=QueueStatus.DEAD)
    return await keep(row, **told, due_at=now() + timedelta(seconds=delays[row.attempts - 1]))


async def next_due(table: type[Row], where: Q = ALL) -> datetime | None:
    """When the earliest waiting row can be taken, or None when nothing waits. One statement: it is
    all that an idle worker asks.
    """
    waiting = table.filter(where, status=QueueStatus.WAITING)
    by_moment = waiting.annotate(free_at=Coalesce("leased_until", F("due_at"))).order_by("free_at")
    row = await by_moment.first().values("leased_until", "due_at")
    return (row["leased_until"] or row["due_at"]) if row else None


async def seconds_until(table: type[Row], longest: float, where: Q = ALL) -> float:
    """For how long a worker may sleep: until a row can be taken (0 when one can), at most
    `longest`.
    """
    due = await next_due(table, where)
    if due is None:
        return longest
    return min(max((due - now()).total_seconds(), 0.0), longest)
