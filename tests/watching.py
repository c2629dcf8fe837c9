"""Many who watch at once, and waiting until something is so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.client import Client, Watch
from tests.conftest import Served

MINE = "subscription($after: String) { enterpriseEvents(after: $after) { cursor type } }"


async def until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.01)


@asynccontextmanager
async def watching(
    served: Served, client: Client, count: int, query: str = MINE, **variables: Any
) -> AsyncIterator[list[Watch]]:
    """Several sockets of one client that watch the same, once they do."""
    sockets = served.app.state.graphql.sockets
    wanted = sockets.watched + count
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(client.socket()) for _ in range(count)]
        watches = [await socket.subscribe(query, variables) for socket in opened]
        await until(lambda: sockets.watched == wanted)
        yield watches
