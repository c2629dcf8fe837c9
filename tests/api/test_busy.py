"""A database that cannot take it now: told so, with a code, and nothing lost."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from models.database import connection, dialect
from models.log import APPEND_LOCK
from tests.actors import Unit
from tests.conftest import Served

START = """mutation { startApplication(input: { kind: NEW_CARDS }) {
    errors { code message ... on RetryLater { retryAt } } } }"""


async def _start(unit: Unit) -> list[dict[str, Any]]:
    errors: list[dict[str, Any]] = (await unit.client.query(START))["startApplication"]["errors"]
    return errors


@asynccontextmanager
async def _taken(served: Served) -> AsyncIterator[None]:
    """Another holds what every act needs, for longer than one waits for it."""
    if dialect() == "sqlite":
        await connection().execute_query("PRAGMA busy_timeout = 50")
        other = sqlite3.connect(served.engine.settings.data_dir / "portcard.sqlite3")
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()
        return
    async with connection().acquire_connection() as held:
        await held.execute("SELECT pg_advisory_lock($1)", APPEND_LOCK)
        cancelling = asyncio.create_task(_cancel_who_waits())
        yield
        await cancelling
        await held.execute("SELECT pg_advisory_unlock($1)", APPEND_LOCK)


async def _cancel_who_waits() -> None:
    """As an administrator ends a statement that hangs."""
    query = "SELECT count(pg_cancel_backend(pid)) FROM pg_locks WHERE NOT granted"
    async with asyncio.timeout(20):
        while True:
            if (await connection().execute_query_dict(query))[0]["count"]:
                return
            await asyncio.sleep(0.05)


async def test_a_database_that_cannot_take_it_now_is_told_and_the_act_can_be_done_again(
    served: Served,
) -> None:
    unit = await served.unit()
    async with _taken(served):
        (error,) = await _start(unit)
    assert error["code"] == "SYSTEM_BUSY"
    assert error["retryAt"]
    assert await _start(unit) == []
