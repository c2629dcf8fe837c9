"""Looking up regions and institutions (机构查询), and matching them (manual §5.1.2, Fig 12)."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.enums import InstitutionRole, MakerScope
from models.geography import normalized_region_code
from models.institution import Institution
from models.region import LONGEST_CODE, Region
from models.wizard import in_scope


async def regions(parent_code: str | None) -> list[Region]:
    """The regions right below `parent_code`; the provinces for None. Unknown: none."""
    parent = normalized_region_code(parent_code)[:LONGEST_CODE] if parent_code else None
    if parent is None:
        return await Region.filter(parent_code__isnull=True).order_by("code")
    return await Region.filter(parent_code=parent).order_by("code")


def found(search: str | None) -> QuerySet[Institution]:
    """The institutions whose name, address or telephones contain every word of `search`."""
    rows = Institution.all()
    for word in (search or "").split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(address__icontains=word)
            | Q(hotline__icontains=word)
            | Q(card_phone__icontains=word)
        )
    return rows


async def makers(region_code: str, scope: MakerScope) -> list[Institution]:
    """The makers (制卡机构) that a unit in that region may choose in that scope."""
    region = normalized_region_code(region_code)[:LONGEST_CODE]
    if not await Region.exists(code=region):
        return []
    rows = await Institution.all().order_by("id")
    return [
        row for row in rows if row.has_role(InstitutionRole.MAKER) and in_scope(row, scope, region)
    ]


async def data_centre_of(region_code: str | None) -> Institution | None:
    """The 所属数据分中心 of a region: the one that serves the longest part of its code."""
    if region_code is None:
        return None
    served = [
        (len(prefix), row)
        for row in await Institution.all()
        if row.has_role(InstitutionRole.DATA_CENTRE)
        for prefix in row.serves
        if region_code.startswith(prefix)
    ]
    return max(served, key=lambda pair: pair[0])[1] if served else None


async def maker_of(institution_id: int) -> Institution | None:
    """The institution, if it makes cards."""
    row = await Institution.get_or_none(id=institution_id)
    return row if row and row.has_role(InstitutionRole.MAKER) else None
