"""Regions as 省 → 市 → 区, and institutions from a file that is checked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.database import connect
from models.enums import DeliveryMethod, InstitutionRole, MakerScope, RegionLevel
from models.geography import load_regions, normalized_region_code, region_rows
from models.institution import Institution
from models.institution_file import (
    COLUMNS,
    DEFAULT_FILE,
    InstitutionFileError,
    load_institutions,
    read_institutions,
)
from models.region import Region
from models.wizard import in_scope
from resolvers.institutions import data_centre_of, makers
from server.keyring import ring_of
from server.keys import keys_of
from server.settings import Settings

ROWS = {row.code: row for row in region_rows()}


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[None]:
    context = await connect(settings.database, ring_of(settings, keys_of(settings)))
    yield
    await context.close_connections()


def test_there_are_34_provinces_and_taiwan_is_71() -> None:
    provinces = [row for row in ROWS.values() if row.level is RegionLevel.PROVINCE]
    assert len(provinces) == 34
    assert ROWS["71"].name.startswith("台湾")


def test_every_region_stands_below_one_of_the_level_above() -> None:
    above = {RegionLevel.CITY: RegionLevel.PROVINCE, RegionLevel.DISTRICT: RegionLevel.CITY}
    for row in ROWS.values():
        if row.level is RegionLevel.PROVINCE:
            assert row.parent_code is None
        else:
            assert ROWS[row.parent_code or ""].level is above[row.level]


def test_a_leaf_is_what_has_nothing_below() -> None:
    parents = {row.parent_code for row in ROWS.values()}
    for row in ROWS.values():
        assert row.is_leaf is (row.code not in parents)


@pytest.mark.parametrize(
    ("code", "name", "parent"),
    [
        ("110105", "朝阳区", "1101"),
        ("1101", "市辖区", "11"),
        ("5002", "县", "50"),
        ("429004", "仙桃市", "42"),
        ("4419", "东莞市", "44"),
    ],
)
def test_what_the_package_lacks_is_set_right(code: str, name: str, parent: str) -> None:
    assert (ROWS[code].name, ROWS[code].parent_code) == (name, parent)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110000", "11"),
        ("110100", "1101"),
        (" 110105 ", "110105"),
        ("11", "11"),
        ("429004", "429004"),
    ],
)
def test_a_six_digit_code_means_its_level(text: str, code: str) -> None:
    assert normalized_region_code(text) == code


async def test_loading_again_changes_nothing(database: None) -> None:
    regions, institutions = await Region.all().count(), await Institution.all().count()
    assert await load_regions() == regions
    assert await load_institutions() == institutions
    assert await Region.all().count() == regions
    assert await Institution.all().count() == institutions


async def test_only_changchun_mails_and_every_maker_hands_out(database: None) -> None:
    for row in await Institution.all():
        if row.has_role(InstitutionRole.MAKER):
            assert row.delivers_by(DeliveryMethod.PICKUP)
            assert row.delivers_by(DeliveryMethod.MAIL) is (row.name == "长春制卡中心")
        else:
            assert row.delivery_methods == []


@pytest.mark.parametrize(
    ("region", "centre"),
    [("110105", "北京制卡中心"), ("210203", "大连数据分中心"), ("210102", "沈阳数据分中心"),
     ("440305", "深圳数据分中心"), ("4419", "广州数据分中心制卡服务部"), ("71", None)],
)  # fmt: skip
async def test_the_nearest_data_centre_serves(
    database: None, region: str, centre: str | None
) -> None:
    found = await data_centre_of(region)
    assert (found and found.name) == centre


async def test_a_points_issuer_is_its_provinces_centre(database: None) -> None:
    point = await Institution.get(name="番禺海关制卡点").select_related("issuer")
    assert point.issuer is not None
    assert point.issuer.name == "广州数据分中心制卡服务部"


async def test_a_bank_agency_is_offered_in_its_own_province_only(database: None) -> None:
    agency = await Institution.get(name="吉林省内建行制卡代理点")
    assert in_scope(agency, MakerScope.WITHIN_PROVINCE, "220102")
    assert not in_scope(agency, MakerScope.CROSS_REGION, "110105")
    elsewhere = await makers("110105", MakerScope.CROSS_REGION)
    assert "天津制卡中心" in {row.name for row in elsewhere}
    assert "北京制卡中心" not in {row.name for row in elsewhere}


GOOD = DEFAULT_FILE.read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["code,name"], "line 1: the columns"),
        ([GOOD[0], "A1,甲,castle,,,,,,,,,"], "line 2: type 'castle'"),
        (
            [GOOD[0], "A1,甲,center,,,,,,,,,", "A1,乙,center,,,,,,,,,"],
            "line 3: A1 乙 stands there twice",
        ),
        ([GOOD[0], "A1,甲,point,,,B9,,,,,,"], "line 2: B9 is no issuer"),
        ([GOOD[0], ",甲,center,,,,,,,,,"], "line 2: code and name"),
        ([GOOD[0], "A1,甲,center,,,,maybe,,,,,"], "line 2: mails 'maybe'"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_line(
    tmp_path: Path, lines: list[str], told: str
) -> None:
    file = tmp_path / "institutions.csv"
    file.write_text("\n".join(lines), "utf-8-sig")
    with pytest.raises(InstitutionFileError, match=told):
        read_institutions(file)


async def test_a_refused_file_changes_nothing(database: None, tmp_path: Path) -> None:
    file = tmp_path / "institutions.csv"
    renamed = GOOD[1].replace("长春制卡中心", "长春新名")
    file.write_text("\n".join([GOOD[0], renamed, "A1,甲,center,999999,,,,,,,,"]), "utf-8")
    with pytest.raises(InstitutionFileError, match="line 3: no region has the code 999999"):
        await load_institutions(file)
    assert await Institution.exists(name="长春制卡中心")


async def test_a_new_file_brings_the_table_up_to_it(database: None, tmp_path: Path) -> None:
    file = tmp_path / "institutions.csv"
    renamed = GOOD[1].replace("长春制卡中心", "长春新名")
    file.write_text("\n".join([GOOD[0], renamed]), "utf-8")
    before = await Institution.all().count()
    assert await load_institutions(file) == 1
    assert (await Institution.get(code="220100C1")).name == "长春新名"
    assert await Institution.all().count() == before
    assert len(COLUMNS) == len(GOOD[0].split(","))
