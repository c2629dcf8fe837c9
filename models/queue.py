"""Rows that wait to be worked on: the database is the queue.

A worker takes rows with a lease; whoever dies holding one loses it when the lease ends.
On PostgreSQL takers skip each other's rows (`FOR UPDATE SKIP LOCKED`); SQLite has one writer.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from models.clock import now
from models.database import transaction
from models.enums import QueueStatus


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


async def finish(row: Queued) -> None:
    row.status, row.leased_until, row.last_error = QueueStatus.DONE, None, ""
    await row.save(update_fields=["status", "leased_until", "last_error"])


async def put_back(row: Queued, error: str, delays: tuple[int, ...]) -> None:
    """Wait `delays[attempt]` seconds before the next try; DEAD when the delays are used up."""
    row.last_error, row.leased_until = error[:300], None
    if row.attempts > len(delays):
        row.status = QueueStatus.DEAD
    else:
        row.due_at = now() + timedelta(seconds=delays[row.attempts - 1])
    await row.save(update_fields=["status", "due_at", "leased_until", "last_error"])


async def next_due(table: type[Row], where: Q = ALL) -> datetime | None:
    """When the earliest waiting row can be taken, or None when nothing waits."""
    row = await table.filter(where, status=QueueStatus.WAITING).order_by("due_at").first()
    return None if row is None else max(row.due_at, row.leased_until or row.due_at)
