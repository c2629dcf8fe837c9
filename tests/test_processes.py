"""Several server processes, one log."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from server.settings import Settings
from subscriptions.hub import LOOK_EVERY
from tests.actors import Unit
from tests.client import Client
from tests.process import ServerProcess, free_port, server_process, told

TIMES = 8


@pytest.fixture(params=["valkey", "itself"])
def two(request: pytest.FixtureRequest, settings: Settings) -> Iterator[list[ServerProcess]]:
    """On one PostgreSQL, woken by a Valkey, or by itself when nothing else is said."""
    where = told(settings)
    if request.param == "itself":
        where["broadcast_url"] = ""
    with ExitStack() as stack:
        yield [stack.enter_context(server_process(free_port(), **where)) for _ in range(2)]


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
async def test_what_one_process_commits_is_told_at_once_at_another(
    two: list[ServerProcess],
) -> None:
    here, there = two
    async with httpx.AsyncClient(timeout=30) as http:
        unit = await Unit(Client(here.url, http)).register()
        async with Client(there.url, http, unit.client.token).socket() as socket:
            watch = await socket.watch("EnterpriseEvents", after="p0")
            await asyncio.sleep(1)  # so that no look of their start is in what is measured
            late = []
            for _ in range(TIMES):
                await unit.start()
                began = time.monotonic()
                assert (await watch.next())["type"] == "STARTED"
                late.append(time.monotonic() - began)
                await unit.client.do("Discard", applicationId=unit.id, version=unit.version)
                assert (await watch.next())["type"] == "DISCARDED"
            assert sorted(late)[TIMES // 2] < LOOK_EVERY / 10, late
            assert await watch.is_quiet()
