"""Reading institutions from a CSV file, and bringing the table up to it.

Columns: code, name, type (center | point | bank_agency | hotline), region_code, serves (the codes
of the regions whose data centre it is, blank-separated), issuer (a code; blank = it issues what it
makes), mails (yes | blank), hotline, card_phone, fax, address, source. Blank means unknown.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.database import alone, transaction
from models.enums import DeliveryMethod, InstitutionRole
from models.institution import Institution
from models.region import Region

DEFAULT_FILE = Path(__file__).parent / "data" / "institutions.csv"

COLUMNS = (
    "code", "name", "type", "region_code", "serves", "issuer", "mails",
    "hotline", "card_phone", "fax", "address", "source",
)  # fmt: skip
MAKER, ISSUER, DATA_CENTRE, BANK_AGENCY = InstitutionRole
ROLES: dict[str, tuple[InstitutionRole, ...]] = {
    "center": (MAKER, ISSUER, DATA_CENTRE),
    "point": (MAKER,),
    "bank_agency": (MAKER, BANK_AGENCY),
    "hotline": (),
}
MAILS = {"yes": True, "": False}
LONGEST = {"code": 20, "name": 60, "hotline": 60, "card_phone": 60, "fax": 60, "address": 200}


class InstitutionFileError(Exception):
    """The file cannot be used; the message says in which line and why."""


@dataclass(frozen=True)
class Line:
    """One institution of the file, and the number of its line."""

    number: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def wrong(self, why: str) -> InstitutionFileError:
        return InstitutionFileError(f"line {self.number}: {why}")


def read_institutions(path: Path) -> list[Line]:
    """The lines of the file at `path` (UTF-8, with or without a byte order mark), checked.

    Raises InstitutionFileError.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InstitutionFileError(f"cannot read the file: {error}") from error
    reader = csv.DictReader(text.splitlines(), strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InstitutionFileError(f"line 1: the columns must be {', '.join(COLUMNS)}")
    lines = [_line(reader.line_num, row) for row in reader]
    if not lines:
        raise InstitutionFileError("the file has no institution")
    _check(lines)
    return lines


def _line(number: int, row: dict[str | Any, str | Any]) -> Line:
    line = Line(number, _stripped(row))
    if None in row:
        raise line.wrong(f"more than {len(COLUMNS)} columns")
    return line


def _stripped(row: dict[str | None, str | None]) -> dict[str, str]:
    return {name: (row.get(name) or "").strip() for name in COLUMNS}


def _check(lines: Sequence[Line]) -> None:
    codes: dict[str, Line] = {}
    names: set[str] = set()
    for line in lines:
        _check_line(line)
        if line["code"] in codes or line["name"] in names:
            raise line.wrong(f"{line['code']} {line['name']} stands there twice")
        codes[line["code"]] = line
        names.add(line["name"])
    for line in lines:
        issuer = line["issuer"]
        if issuer and (issuer not in codes or ISSUER not in ROLES[codes[issuer]["type"]]):
            raise line.wrong(f"{issuer} is no issuer of this file")


def _check_line(line: Line) -> None:
    if not line["code"] or not line["name"]:
        raise line.wrong("code and name are needed")
    if line["type"] not in ROLES:
        raise line.wrong(f"type {line['type']!r} is none of {', '.join(ROLES)}")
    if line["mails"] not in MAILS:
        raise line.wrong(f"mails {line['mails']!r} is neither yes nor blank")
    for column, limit in LONGEST.items():
        if len(line[column]) > limit:
            raise line.wrong(f"{column} is longer than {limit} characters")


async def load_institutions(path: Path = DEFAULT_FILE) -> int:
    """Bring the table up to the file, by code; answers how many it has. Removes nothing.

    Raises InstitutionFileError; then nothing has changed.
    """
    lines = read_institutions(path)
    async with transaction():
        await fill_in(lines)
    return len(lines)


async def fill_in(lines: Sequence[Line]) -> None:
    """The same inside a transaction, of lines that were read. Raises InstitutionFileError."""
    await alone("filling")
    await _check_regions(lines)
    rows = {row.code: row for row in await Institution.all()}
    for line in lines:
        row = rows.setdefault(line["code"], Institution(code=line["code"]))
        _put(row, line)
        await row.save()
    await _connect_issuers(lines, rows)


async def _check_regions(lines: Iterable[Line]) -> None:
    known = {region.code for region in await Region.all()}
    for line in lines:
        for code in [line["region_code"], *line["serves"].split()]:
            if code and code not in known:
                raise line.wrong(f"no region has the code {code}")


def _put(row: Institution, line: Line) -> None:
    roles = ROLES[line["type"]]
    row.name = line["name"]
    row.roles = [role.value for role in roles]
    row.delivery_methods = [method.value for method in _methods(line)]
    row.serves = line["serves"].split()
    for column in ("region_code", "hotline", "card_phone", "fax", "address"):
        setattr(row, column, line[column] or None)


def _methods(line: Line) -> list[DeliveryMethod]:
    """Every maker hands out its cards on site; only some mail them (manual §5.1.2)."""
    if MAKER not in ROLES[line["type"]]:
        return []
    mails = [DeliveryMethod.MAIL] if MAILS[line["mails"]] else []
    return [*mails, DeliveryMethod.PICKUP]


async def _connect_issuers(lines: Iterable[Line], rows: dict[str, Institution]) -> None:
    for line in lines:
        row = rows[line["code"]]
        row.issuer_id = rows[line["issuer"]].id if line["issuer"] else None
        await row.save(update_fields=["issuer_id"])
