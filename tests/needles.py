"""Looking for personal data in what is kept, said and sent: in clear and in usual disguises."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from models.database import connection, dialect
from server.settings import Settings


def found(hay: bytes, values: Iterable[str]) -> list[str]:
    """The values that are in there in some form."""
    return [value for value in values if any(form in hay for form in forms(value))]


def forms(value: str) -> Iterator[bytes]:
    for text in _spellings(value):
        raw = text.encode()
        yield from (raw, raw.hex().encode(), raw.hex().upper().encode())
        yield json.dumps(text).strip('"').encode()
        yield from _base64(raw)
        yield from (
            hashlib.new(name, raw).hexdigest().encode() for name in ("sha256", "sha1", "md5")
        )


def _spellings(value: str) -> set[str]:
    told = {value, value[::-1], value.lower(), value.upper()}
    if value.isdigit():
        told |= {f"{value[:3]}{mark}{value[3:7]}{mark}{value[7:]}" for mark in (" ", "-")}
    if "@" in value:
        told.add(value.replace("@", "%40"))
    return told


def _base64(raw: bytes) -> Iterator[bytes]:
    """As it stands within a longer text: whatever comes before it, its middle is the same."""
    for before, marks in product(range(3), (b"+/", b"-_")):
        text = base64.b64encode(b"x" * before + raw, marks).rstrip(b"=")
        yield text[4 if before else 0 : -1]


async def database(settings: Settings) -> bytes:
    """Every byte of the SQLite files, every row of PostgreSQL's tables as text."""
    if dialect() == "sqlite":
        return b"".join(path.read_bytes() for path in settings.data_dir.glob("portcard.sqlite3*"))
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    tables = [row["tablename"] for row in (await connection().execute_query(asked))[1]]
    lines = []
    for table in tables:
        _, rows = await connection().execute_query(f"SELECT t::text AS line FROM {table} t")  # noqa: S608
        lines += [row["line"] for row in rows]
    return "\n".join(lines).encode()


def folder(path: Path) -> bytes:
    """The names and bytes of all its files."""
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return b"\n".join(str(file).encode() + b"\n" + file.read_bytes() for file in files)
