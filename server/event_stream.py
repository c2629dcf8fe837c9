"""Subscriptions over server-sent events, for those without WebSocket (graphql-sse, distinct
connections: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Any

from strawberry.types import ExecutionResult

from models.refusals import Refusal, Refused
from schema.context import Context
from schema.errors import graphql_error
from schema.live import Joining
from server.watching import Watches

MEDIA = "text/event-stream"
ONLY = ""  # the key of the one operation that a stream has
Results = AsyncGenerator[Any, None]


class EventStream(Watches):
    """One operation of one request, as the keeper of the sockets sees it.

    A client that takes nothing is waited for: what it has not been sent stays in the log.
    """

    protocol = None
    connection_acknowledged = False  # it has no pings: HTTP's own comments keep it open

    def __init__(self, sockets: Any, context: Context) -> None:
        super().__init__(sockets)
        joining = Joining(begun=lambda actor: self.begins(ONLY, actor))
        self.context = replace(context, live=joining)
        self._ended: asyncio.Future[Refusal] = asyncio.get_running_loop().create_future()

    async def end_operation(self, _key: str, refusal: Refusal) -> None:
        self._end(refusal)

    async def says_goodbye(self, _code: int, _reason: str) -> None:
        self._end(Refusal("SERVER_RESTARTS"))

    def _end(self, refusal: Refusal) -> None:
        if not self._ended.done():
            self._ended.set_result(refusal)

    async def results(self, source: Results) -> Results:
        """Those of `source`, until it ends, or the session or the server does."""
        with self.sockets.holding(self):
            viewer = await self.context.viewer()
            self.account = viewer.account_id if viewer else None
            self.is_counted = True
            if self.sockets.refusal(self.account):
                await source.aclose()
                yield self._told(Refusal("TOO_MANY_OPERATIONS"))
                return
            try:
                async with aclosing(source):
                    async for result in self._until_the_end(source):
                        yield result
            finally:
                self.forgets(ONLY)

    async def _until_the_end(self, source: Results) -> Results:
        while True:
            coming: asyncio.Task[Any] = asyncio.ensure_future(anext(source))
            try:
                await asyncio.wait({coming, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not coming.done():
                    coming.cancel()
                    with suppress(asyncio.CancelledError, StopAsyncIteration, Refused):
                        await coming
            if self._ended.done():
                yield self._told(self._ended.result())
                return
            try:
                yield coming.result()
            except StopAsyncIteration:
                return

    def _told(self, refusal: Refusal) -> ExecutionResult:
        return ExecutionResult(None, [graphql_error(refusal, self.context.language)])
