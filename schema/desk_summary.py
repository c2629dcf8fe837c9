import strawberry

from models.enums import ApplicationStatus
from resolvers.desk_summary import Summary
from resolvers.paging import cursor_of
from schema.says import says


@strawberry.type(description="How many applications at a desk have one status.")
class StatusCount:
    status: ApplicationStatus = says("The status.")
    count: int = says("How many have it.")
    claimed: int = says("On how many of them an officer works now.")


@strawberry.type(
    description="How much lies at a desk, in the viewer's scope: what `applications` lists, counted."
)
class DeskSummary:
    as_of: str = says(
        "The cursor of the last event that is counted in; `after` of a subscription goes on behind it."
    )
    total: int = says("All of them.")
    claimed: int = says("On how many an officer works now.")
    statuses: list[StatusCount] = says(
        "Every status in the order of the workflow, also with none; DRAFT is not at a desk."
    )

    @classmethod
    def of(cls, summary: Summary) -> "DeskSummary":
        told = [
            StatusCount(status=row.status, count=row.count, claimed=row.claimed)
            for row in summary.counters
        ]
        return cls(
            as_of=cursor_of(summary.as_of),
            total=sum(row.count for row in told),
            claimed=sum(row.claimed for row in told),
            statuses=told,
        )
