"""The chain of the audit trail: whatever is done to its table is found, and where."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.audit import COLUMNS, AuditRow, Entry, Who
from models.audit_check import Break, BrokenTrail, check
from models.database import connection
from models.enums import AuditKind
from resolvers.trail import Deed, Trail
from server.settings import Settings
from tests.conftest import Served
from tests.process import ServerProcess, free_port, run, server_process, told
from tests.trail import key_of

# fmt: off
CHANGED: dict[str, Any] = {
    "at":           "'2020-01-01 00:00:00+00:00'",
    "account_id":   "7",
    "username":     "'nobody'",
    "role":         "'PLATFORM_ADMIN'",
    "signed_in_by": "'CARD'",
    "session_id":   "7",
    "address":      "'203.0.113.7'",
    "kind":         "'VIEW'",
    "what":         "'nothing'",
    "subject":      "'app-77'",
    "outcome":      "'FORBIDDEN'",
    "times":        "7",
    "previous":     "'x'",
    "digest":       "'x'",
}
# fmt: on


async def _set(row: int, what: str) -> None:
    await connection().execute_script(f"UPDATE audit SET {what} WHERE id = {row}")  # noqa: S608 - ours


async def _insert(row: int) -> None:
    """A copy of the row 9 at another place."""
    copied = ", ".join(COLUMNS[1:])
    text = f"INSERT INTO audit (id, {copied}) SELECT {row}, {copied} FROM audit WHERE id = 9"  # noqa: S608 - ours
    await connection().execute_script(text)


async def _filled(served: Served, rows: int = 9) -> None:
    """A trail of just that many rows."""
    await AuditRow.all().delete()
    for number in range(rows):
        entry = Entry(Who(username="somebody"), AuditKind.ACT, "saveUnit", f"app-{number}")
        await served.engine.office.trail.write(entry)


async def _found(served: Served, **more: Any) -> tuple[Break, int]:
    with pytest.raises(BrokenTrail) as broken:
        await check(key_of(served), **more)
    return broken.value.what, broken.value.id


async def test_a_whole_trail_and_an_empty_one_are_whole(served: Served) -> None:
    await _filled(served)
    assert (await check(key_of(served))).rows == 9
    assert (await check(key_of(served), 4)).rows == 6
    await AuditRow.all().delete()
    assert (await check(key_of(served))).rows == 0


async def test_each_altered_column_is_found(served: Served) -> None:
    assert set(CHANGED) == set(COLUMNS) - {"id"}
    for column, value in CHANGED.items():
        await _filled(served, 3)
        await _set(2, f"{column} = {value}")
        assert await _found(served) == (Break.ALTERED, 2), column


async def test_what_no_column_can_hold_is_found(served: Served) -> None:
    await _filled(served, 3)
    if served.engine.settings.database.startswith("sqlite"):
        await _set(2, "at = 'yesterday'")
        assert await _found(served) == (Break.ALTERED, 2)


async def test_a_row_that_is_gone_is_found(served: Served) -> None:
    for gone in (1, 5):
        await _filled(served)
        await AuditRow.filter(id=gone).delete()
        assert await _found(served) == (Break.MISSING, gone)


async def test_a_row_that_is_gone_is_found_though_the_others_move_up(served: Served) -> None:
    await _filled(served)
    await AuditRow.filter(id=5).delete()
    for later in range(6, 10):
        await _set(later, f"id = {later - 1}")
    assert await _found(served) == (Break.SWAPPED, 5)


@pytest.mark.parametrize(("one", "other"), [(4, 5), (2, 8), (1, 9)])
async def test_swapped_rows_are_found(served: Served, one: int, other: int) -> None:
    await _filled(served)
    for old, new in ((one, 100), (other, one), (100, other)):
        await _set(old, f"id = {new}")
    assert await _found(served) == (Break.SWAPPED, one)


async def test_an_inserted_row_is_found(served: Served) -> None:
    await _filled(served)
    await _insert(10)
    assert await _found(served) == (Break.SWAPPED, 10)
    await _set(10, "previous = digest, digest = 'made up'")
    assert await _found(served) == (Break.ALTERED, 10)


async def test_who_has_not_the_key_makes_no_row(served: Served) -> None:
    await _filled(served)
    await Trail(b"another key").write(Entry(Who(), AuditKind.ACT, "saveUnit"))
    assert await _found(served) == (Break.ALTERED, 10)


async def test_a_rolled_back_act_leaves_no_row(served: Served) -> None:
    await _filled(served)
    book = served.engine.office.trail
    with book.during(Deed("saveUnit", Who())) as deed, pytest.raises(ZeroDivisionError):
        async with book.recorded():
            _ = 1 / 0
    assert not deed.is_written
    assert (await check(key_of(served))).rows == 9


async def test_two_processes_at_once_keep_one_chain(settings: Settings) -> None:
    """A server and commands beside it, each writing where the other has written."""
    data = told(settings)
    imported = ("institution", "import", str(Path("models") / "data" / "institutions.csv"))
    with server_process(free_port(), **data) as server:
        await asyncio.gather(
            *(asyncio.to_thread(run, *imported, **data) for _ in range(2)),
            *(_refused(server) for _ in range(10)),
        )
        server.stop()
    done = run("audit", "verify", **data)
    assert done.returncode == 0, done.stderr
    exported = run("audit", "export", **data).stdout.splitlines()
    rows = [json.loads(line) for line in exported]
    assert [row["id"] for row in rows] == list(range(1, len(rows) + 1))
    names = [row["username"] for row in rows if row["what"] == "institution import"]
    assert names == ["command line"] * 2
    assert sum(row["times"] for row in rows if row["what"] == "logout") == 10


async def _refused(server: ServerProcess) -> None:
    query = "mutation { logout { errors { code } } }"
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.post(f"{server.url}/graphql", json={"query": query})
    assert answer.json()["data"]["logout"]["errors"] == [{"code": "NOT_SIGNED_IN"}]
