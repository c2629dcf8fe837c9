"""What can be asked."""

from enum import StrEnum
from typing import Annotated

import strawberry

from models.enums import MakerScope
from models.public_id import Kind, row_id
from models.refusals import refuse
from resolvers import institutions
from resolvers.applications import application_of
from resolvers.auditing import NEWEST_FIRST, WantedRows, audit_rows, may_read_trail
from resolvers.paging import Order, page
from resolvers.search import Wanted, found
from schema.acting import given, maybe_row
from schema.application import Application, ApplicationConnection
from schema.audit import AuditConnection, AuditFilter
from schema.context import Info
from schema.desk_live import DeskQuery
from schema.inputs import ApplicationFilter
from schema.institution import Institution, InstitutionConnection
from schema.loaders import Loaders
from schema.recording import denied
from schema.region import Region
from schema.return_reason import CatalogueReason, catalogue
from schema.shapes import plain
from schema.viewer import Viewer

FIRST = strawberry.argument(description="How many; 20 by default. No page is longer than 100.")
AFTER = strawberry.argument(description="The cursor behind which to go on.")


class ApplicationOrder(StrEnum):
    NEWEST_FIRST = "NEWEST_FIRST"
    OLDEST_FIRST = "OLDEST_FIRST"
    LAST_UPDATED_FIRST = "LAST_UPDATED_FIRST"
    FIRST_UPDATED_FIRST = "FIRST_UPDATED_FIRST"
    LAST_SUBMITTED_FIRST = "LAST_SUBMITTED_FIRST"
    FIRST_SUBMITTED_FIRST = "FIRST_SUBMITTED_FIRST"


strawberry.enum(
    ApplicationOrder,
    description="By when applications were started, changed, or last submitted (what never was is left out). A cursor serves the order it was told in.",
)
ORDERS = {
    ApplicationOrder.NEWEST_FIRST: Order("id", newest_first=True),
    ApplicationOrder.OLDEST_FIRST: Order("id"),
    ApplicationOrder.LAST_UPDATED_FIRST: Order("updated_at", newest_first=True),
    ApplicationOrder.FIRST_UPDATED_FIRST: Order("updated_at"),
    ApplicationOrder.LAST_SUBMITTED_FIRST: Order("submitted_at", newest_first=True),
    ApplicationOrder.FIRST_SUBMITTED_FIRST: Order("submitted_at"),
}


LIMITS = """Everything that can be asked.

A document has at most 4000 tokens, and an operation, with its fragments in place, at most 12 levels,
2000 fields, 100 aliases, and 2000 pairs of fields that have one name in one place.
"""


@strawberry.type(description=LIMITS)
class Query(DeskQuery):
    @strawberry.field(description="Who is signed in; null for a visitor.")
    async def viewer(self, info: Info) -> Viewer | None:
        actor = await info.context.viewer()
        return Viewer.of(actor) if actor else None

    @strawberry.field(description="The regions below a region. Anyone.")
    async def regions(
        self,
        parent_code: Annotated[
            str | None,
            strawberry.argument(description="Of a province or city; null: the provinces."),
        ] = None,
    ) -> list[Region]:
        return [Region.of(row) for row in await institutions.regions(plain(parent_code))]

    @strawberry.field(description="机构查询. Anyone.")
    async def institutions(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Words of name, address or telephone; 200 characters count."
            ),
        ] = None,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
    ) -> InstitutionConnection:
        rows = institutions.found(plain(search))
        loaders = Loaders(await info.context.viewer())
        return InstitutionConnection.of(await page(rows, first, after), rows, loaders)

    @strawberry.field(description="The makers that a unit may choose. Anyone.")
    async def makers(
        self,
        info: Info,
        region_code: Annotated[
            str, strawberry.argument(description="Of the unit's main business place.")
        ],
        scope: Annotated[MakerScope, strawberry.argument(description="本省直辖市 or 跨区通办.")],
    ) -> list[Institution]:
        loaders = Loaders(await info.context.viewer())
        rows = await institutions.makers(plain(region_code) or "", scope)
        return [Institution.of(row, loaders) for row in rows]

    @strawberry.field(
        description="An application; null if it is not yours to see. A unit its own, an institution what was last submitted to it, the platform's administrator what was ever submitted."
    )
    async def application(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The application.")],
    ) -> Application | None:
        viewer = await info.context.viewer()
        wanted = row_id(Kind.APPLICATION, id) or 0
        row = await application_of(viewer, wanted)
        if row is None and viewer:
            await denied(info.context, viewer, "application", "NOT_FOUND", wanted)
        return Application.of(row, Loaders(viewer)) if row else None

    @strawberry.field(
        description="综合查询: a unit its own, an institution what was last submitted to it, the platform's administrator what was ever submitted; a visitor none."
    )
    async def applications(
        self,
        info: Info,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
        filter: Annotated[
            ApplicationFilter | None, strawberry.argument(description="Which ones; null: all.")
        ] = None,
        order: Annotated[
            ApplicationOrder, strawberry.argument(description="The newest first by default.")
        ] = ApplicationOrder.NEWEST_FIRST,
    ) -> ApplicationConnection:
        viewer = await info.context.viewer()
        rows = found(viewer, _wanted(filter, ORDERS[order]))
        shown = await page(rows, first, after, ORDERS[order])
        return ApplicationConnection.of(shown, rows, Loaders(viewer))

    @strawberry.field(
        description="The audit trail (审计), the newest row first. The platform's administrator; FORBIDDEN for others."
    )
    async def audit_trail(
        self,
        info: Info,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
        filter: Annotated[
            AuditFilter | None, strawberry.argument(description="Which rows; null: all.")
        ] = None,
    ) -> AuditConnection:
        actor = await info.context.actor()
        if not may_read_trail(actor):
            await denied(info.context, actor, "auditTrail", "FORBIDDEN")
            raise refuse("FORBIDDEN")
        rows = audit_rows(filter.wanted() if filter else WantedRows())
        return AuditConnection.of(await page(rows, first, after, NEWEST_FIRST), rows)

    @strawberry.field(description="The catalogue of return reasons (manual §5.4). Anyone.")
    def return_reason_catalogue(self, info: Info) -> list[CatalogueReason]:
        return catalogue(info.context.language)


def _wanted(filter: ApplicationFilter | None, order: Order) -> Wanted:
    if filter is None:
        return Wanted(order=order)
    return Wanted(
        order=order,
        status=given(filter.status),
        search=plain(given(filter.search)),
        since=given(filter.submitted_since),
        before=given(filter.submitted_before),
        updated_since=given(filter.updated_since),
        maker_id=maybe_row(Kind.INSTITUTION, filter.maker_id),
        turn=given(filter.turn),
    )
