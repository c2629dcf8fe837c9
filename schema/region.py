import strawberry

from models import region as rules
from models.enums import RegionLevel
from schema.says import says


@strawberry.type(description="A province, city or district. Anyone may see it.")
class Region:
    code: str = says("2, 4 or 6 digits; the six-digit form is accepted wherever a code is.")
    name: str = says("In Chinese.")
    level: RegionLevel = says("省, 市 or 区.")
    is_leaf: bool = says(
        "Whether it has nothing below: a unit's place must be chosen to the last level."
    )

    @classmethod
    def of(cls, row: rules.Region) -> "Region":
        return cls(code=row.code, name=row.name, level=row.level, is_leaf=row.is_leaf)
