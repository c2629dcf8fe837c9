from typing import Any

import strawberry
from tortoise.queryset import QuerySet

from models import institution as rules
from models.enums import DeliveryMethod, InstitutionRole
from models.public_id import Kind, public_id
from resolvers.paging import Page
from schema.loaders import Loaders
from schema.page_info import PageInfo
from schema.region import Region
from schema.says import says


@strawberry.type(description="An RA institution. Anyone may see it; what is unknown is null.")
class Institution:
    row: strawberry.Private[rules.Institution]
    loaders: strawberry.Private[Loaders]
    id: strawberry.ID = says("Opaque.")
    code: str = says("Its stable code.")
    name: str = says("In Chinese.")
    roles: list[InstitutionRole] = says("What it does; empty for a hotline.")
    hotline: str | None = says("For questions.")
    card_phone: str | None = says("Of the card desk (制卡电话).")
    fax: str | None = says("Fax number.")
    address: str | None = says("Where it is.")
    delivery_methods: list[DeliveryMethod] = says("How it hands out cards.")

    @strawberry.field(description="Where it is; null for the whole country.")
    async def region(self) -> Region | None:
        if self.row.region_code is None:
            return None
        row = await self.loaders.region.load(self.row.region_code)
        return Region.of(row) if row else None

    @strawberry.field(description="Who issues what it makes (发卡机构); itself if it issues.")
    async def issuer(self) -> "Institution | None":
        if InstitutionRole.MAKER not in self.roles:
            return None
        issuer_id = self.row.issuer_id
        return self if issuer_id is None else await institution(self.loaders, issuer_id)

    @classmethod
    def of(cls, row: rules.Institution, loaders: Loaders) -> "Institution":
        return cls(
            row=row,
            loaders=loaders,
            id=strawberry.ID(public_id(Kind.INSTITUTION, row.id)),
            code=row.code,
            name=row.name,
            roles=[InstitutionRole(role) for role in row.roles],
            hotline=row.hotline,
            card_phone=row.card_phone,
            fax=row.fax,
            address=row.address,
            delivery_methods=[DeliveryMethod(method) for method in row.delivery_methods],
        )


async def institution(loaders: Loaders, row_id: int | None) -> Institution | None:
    row = await loaders.institution.load(row_id) if row_id else None
    return Institution.of(row, loaders) if row else None


@strawberry.type(description="A page of institutions.")
class InstitutionConnection:
    rows: strawberry.Private[QuerySet[Any]]
    nodes: list[Institution] = says("The page.")
    page_info: PageInfo = says("Where the page stands.")

    @strawberry.field(description="How many there are in all.")
    async def total_count(self) -> int:
        return await self.rows.count()

    @classmethod
    def of(
        cls, page: Page[rules.Institution], rows: QuerySet[Any], loaders: Loaders
    ) -> "InstitutionConnection":
        nodes = [Institution.of(row, loaders) for row in page.rows]
        return cls(rows=rows, nodes=nodes, page_info=PageInfo.of(page))
