"""Reading the audit trail: the platform's administrator."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.actor import Actor
from models.audit import AuditRow
from models.enums import AuditKind, Role
from resolvers.paging import Order

NEWEST_FIRST = Order("id", newest_first=True)


@dataclass(frozen=True)
class WantedRows:
    """Which rows; None: whatever. `subject` is one id of those that a row is about."""

    kinds: list[AuditKind] | None = None
    what: str | None = None
    username: str | None = None
    subject: str | None = None
    since: datetime | None = None
    before: datetime | None = None


def may_read_trail(actor: Actor) -> bool:
    """The platform's administrator alone."""
    return actor.role is Role.PLATFORM_ADMIN


def audit_rows(wanted: WantedRows) -> QuerySet[AuditRow]:
    """The rows, for who may read them."""
    told = {
        "kind__in": wanted.kinds,
        "what": wanted.what,
        "username": wanted.username,
        "at__gte": wanted.since,
        "at__lt": wanted.before,
    }
    given = {name: value for name, value in told.items() if value is not None}
    return AuditRow.filter(_about(wanted.subject), **given)


def _about(subject: str | None) -> Q:
    """Rows that are about it alone or among others."""
    if subject is None:
        return Q()
    alone, first = Q(subject=subject), Q(subject__startswith=f"{subject} ")
    among, last = Q(subject__contains=f" {subject} "), Q(subject__endswith=f" {subject}")
    return alone | first | among | last
