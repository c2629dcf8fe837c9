"""The durable log of events, written in the transaction that causes them.

Appends are serialised, so that positions become visible in their order: on PostgreSQL by an
advisory lock held from the append to the commit, on SQLite by its single writer. A reader that has
seen position n has therefore seen, or can see, everything below n.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from models.actor import Actor
from models.application import Application
from models.clock import now
from models.database import connection, dialect
from models.enums import ApplicationEventType as Type
from models.enums import ApplicationStatus as State
from models.enums import Role
from models.event import Event

APPEND_LOCK = 0x504F5254  # "PORT"


async def append(
    application: Application,
    type_: Type,
    actor: Actor | tuple[Role, str],
    *,
    was: State | None = None,
    reasons: Sequence[dict[str, Any]] = (),
    card_id: int | None = None,
) -> Event:
    """Write one event inside the present transaction. The caller locks what else it needs first.

    It is told to the unit and to the institutions that hold the application: none before the first
    submission.
    """
    if dialect() == "postgres":
        await connection().execute_query("SELECT pg_advisory_xact_lock($1)", [APPEND_LOCK])
    role, name = (actor.role, actor.name) if isinstance(actor, Actor) else actor
    event = Event(
        type=type_,
        application_id=application.id,
        enterprise_id=application.enterprise_id,
        issuer_id=application.held_issuer_id,
        maker_id=application.held_maker_id,
        data_centre_id=application.held_data_centre_id,
        actor_role=role,
        actor_name=name,
        from_status=was,
        to_status=application.status,
        return_reasons=list(reasons),
        card_id=card_id,
        occurred_at=now(),
    )
    await event.save()
    return event


async def head() -> int:
    """The position of the newest event, 0 when there is none."""
    newest = await Event.all().order_by("-id").first()
    return newest.id if newest else 0


async def last_before(moment: datetime) -> int:
    """The position of the newest event that happened before `moment`, 0 when none did."""
    older = await Event.filter(occurred_at__lt=moment).order_by("-id").first()
    return older.id if older else 0


async def read(after: int, limit: int, where: Q) -> list[Event]:
    """Up to `limit` events behind position `after`, in order, that match `where`."""
    return await Event.filter(where, id__gt=after).order_by("id").limit(limit)
