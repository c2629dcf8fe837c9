"""综合查询: finding applications among those one may list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.actor import Actor
from models.application import Application
from models.enums import ApplicationStatus, Party
from models.workflow import TURN
from resolvers.paging import BY_ID, Order
from resolvers.scope import listed


@dataclass(frozen=True)
class Wanted:
    """What limits a list; None does not."""

    status: Sequence[ApplicationStatus] | None = None
    search: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    updated_since: datetime | None = None
    maker_id: int | None = None
    turn: Party | None = None
    order: Order = BY_ID


def found(actor: Actor | None, wanted: Wanted) -> QuerySet[Application]:
    rows = listed(actor)
    if wanted.status is not None:
        rows = rows.filter(status__in=set(wanted.status)) if wanted.status else rows.filter(id=-1)
    if wanted.search:
        number = Q(number__icontains=wanted.search)
        rows = rows.filter(number | Q(enterprise__name__icontains=wanted.search))
    if wanted.since:
        rows = rows.filter(submitted_at__gte=wanted.since)
    if wanted.before:
        rows = rows.filter(submitted_at__lt=wanted.before)
    if wanted.updated_since:
        rows = rows.filter(updated_at__gte=wanted.updated_since)
    if wanted.maker_id is not None:
        rows = rows.filter(maker_id=wanted.maker_id)
    if wanted.turn:
        rows = rows.filter(
            status__in=[state for state, turn in TURN.items() if turn is wanted.turn]
        )
    if wanted.order.column == "submitted_at":
        rows = rows.filter(submitted_at__isnull=False)
    return rows
