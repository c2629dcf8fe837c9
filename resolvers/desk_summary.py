"""How much lies at a desk: counters per status, in one statement, as of a place in the log."""

from dataclasses import dataclass, field
from typing import Any

from tortoise.functions import Count

from models.actor import Actor
from models.claim import good
from models.database import connection
from models.enums import ApplicationStatus, Role
from models.refusals import refuse
from resolvers.scope import listed


@dataclass(frozen=True)
class Counter:
    """Of one status; `claimed`: how many of them somebody works on."""

    status: ApplicationStatus
    count: int
    claimed: int


@dataclass(frozen=True)
class Summary:
    """`as_of`: the position in the log up to which everything, and nothing behind it, is counted.

    Two that count the same are equal: that the log went on is no news.
    """

    counters: tuple[Counter, ...]
    as_of: int = field(compare=False)


STATUSES = tuple(status for status in ApplicationStatus if status is not ApplicationStatus.DRAFT)
"""Those of a list: what its unit has withdrawn is not at the desk."""
WITH_POSITION = """SELECT newest.id AS as_of, counted.*
FROM (SELECT COALESCE(MAX(id), 0) AS id FROM event) newest LEFT JOIN ({counted}) counted ON 1 = 1"""


def has_desk(actor: Actor) -> bool:
    """Whether there is something to count for: an officer's institution, or the platform."""
    return actor.institution_id is not None or actor.role is Role.PLATFORM_ADMIN


async def summary_of(actor: Actor) -> Summary:
    """The applications that the actor's lists show, counted. Raises Refused: FORBIDDEN.

    One statement, for a statement sees one state of the database: counters and position agree.
    """
    if not has_desk(actor):
        raise refuse("FORBIDDEN")
    counted, values = _counted(actor)
    rows = await connection().execute_query_dict(WITH_POSITION.format(counted=counted), values)
    found = {
        row["status"]: Counter(ApplicationStatus(row["status"]), row["count"], row["claimed"])
        for row in rows
        if row["status"]
    }
    counters = tuple(found.get(status, Counter(status, 0, 0)) for status in STATUSES)
    return Summary(counters, rows[0]["as_of"])


def _counted(actor: Actor) -> tuple[str, list[Any]]:
    """SQL that counts by status, with its values."""
    claimed = Count("claim__id", _filter=good("claim__", "status"))
    grouped = listed(actor).annotate(count=Count("id"), claimed=claimed).group_by("status")
    counted = grouped.values("status", "count", "claimed")
    counted.sql()  # makes its query
    return counted.query.get_parameterized_sql()
