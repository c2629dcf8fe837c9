"""graphql-transport-ws, to the letter: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.websockets import WebSocketState
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)

from models.refusals import Refused, refuse
from schema.context import Context
from schema.errors import graphql_error
from server.trusted_documents import name_of

INIT_WITHIN = 10  # seconds for connection_init
MOST_OPERATIONS = 100  # at once on one socket
PING_EVERY = 20.0  # seconds of silence from the client before it is asked whether it is there


class TransportHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """The protocol's handler, but what one operation does wrong does not end its siblings.

    A message that is no object closes the socket as the protocol says (4400); a
    `connection_init` without payload may say so by null. Who has been silent is pinged, and who
    does not answer until the next ping is let go.
    """

    ping_every = PING_EVERY
    _heard = True

    async def handle(self) -> None:
        async with self._pinging():
            await super().handle()

    @asynccontextmanager
    async def _pinging(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._ping())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _ping(self) -> None:
        while True:
            self._heard = False
            await asyncio.sleep(self.ping_every)
            if self._heard or not self.connection_acknowledged:
                continue
            with suppress(WebSocketDisconnected, RuntimeError):  # it is closing already
                await self.send_message({"type": "ping"})
            await asyncio.sleep(self.ping_every)
            if not self._heard:
                await self._let_go()
                return

    async def _let_go(self) -> None:
        if self.websocket.ws.application_state is WebSocketState.CONNECTED:  # type: ignore[attr-defined]
            await self.websocket.close(4408, "No answer to a ping")

    async def handle_message(self, message: Any) -> None:
        self._heard = True
        if not isinstance(message, dict):
            await self.handle_invalid_message("A message must be an object")
            return
        if message.get("type") == "connection_init" and message.get("payload") is None:
            message = {**message, "payload": {}}
        if message.get("type") == "subscribe" and not _is_operation(message):
            await self.handle_invalid_message("Malformed subscribe message")
            return
        await super().handle_message(message)

    async def handle_subscribe(self, message: Any) -> None:
        """What is refused is told by its code, and the others go on."""
        door: Any = self.view
        try:
            if self.connection_acknowledged:
                self._refuse_one_too_many(message["id"])
                message["payload"] = door.documents.resolved(message["payload"])
        except Refused as refused:
            told = graphql_error(refused.refusals[0], self.context.language).formatted
            await self.websocket.send_json(
                {"id": message["id"], "type": "error", "payload": [told]}
            )
            return
        await super().handle_subscribe(message)

    def _refuse_one_too_many(self, key: str) -> None:
        if len(self.operations) >= MOST_OPERATIONS and key not in self.operations:
            raise refuse("TOO_MANY_OPERATIONS")

    async def run_operation(self, operation: Any) -> None:
        """Whoever has asked too much is told so, and what already runs goes on."""
        door: Any = self.view
        refused = await door.refusal(self.context)
        if refused:
            await operation.send_initial_errors([refused])
            return
        await super().run_operation(operation)

    @staticmethod
    def _get_pre_execution_close_reason(error: Any) -> str | None:  # noqa: ARG004 - the base's
        return None


def _is_operation(message: dict[str, Any]) -> bool:
    payload = message.get("payload")
    return (
        isinstance(message.get("id"), str)
        and isinstance(payload, dict)
        and (isinstance(payload.get("query"), str) or _names_a_document(payload))
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


def _names_a_document(payload: dict[str, Any]) -> bool:
    return payload.get("query") is None and name_of(payload) is not None
