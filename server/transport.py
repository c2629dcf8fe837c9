"""graphql-transport-ws, to the letter: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md."""

import asyncio
import json
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

from models.actor import Actor
from models.refusals import Refusal, Refused, refuse
from schema.context import Context
from schema.errors import graphql_error
from schema.live import Joining, Watch
from server.frames import FrameProtocol, Words, prefix_of, protocol_of
from server.live import Asked
from server.trusted_documents import name_of
from server.watching import Watches

INIT_WITHIN = 10  # seconds for connection_init
MOST_OPERATIONS = 100  # at once on one socket
LONGEST_ID = 128  # characters of an operation's id
NO_ANSWER = 4408
ANSWERING = 2.0  # seconds for what was asked before the end


GONE = (WebSocketDisconnected, WebSocketDisconnect, RuntimeError)
"""Raised by a socket that is closing already."""


class TransportHandler(Watches, BaseGraphQLTransportWSHandler[Context, None]):
    """The protocol's handler, but what one operation does wrong does not end its siblings.

    A message that is no object closes the socket as the protocol says (4400); a
    `connection_init` without payload may say so by null. A live operation that others ask too is
    executed once for all of them, and needs no task here.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        BaseGraphQLTransportWSHandler.__init__(self, *args, **named)
        self.door: Any = self.view
        Watches.__init__(self, self.view.sockets)  # type: ignore[attr-defined]
        self.protocol: FrameProtocol | None = protocol_of(self.websocket.ws.scope)  # type: ignore[attr-defined]

    async def handle(self) -> None:
        """What came with the handshake has been read, and is not kept while the socket is open."""
        self.websocket.ws.scope["headers"].clear()  # type: ignore[attr-defined]
        with self.door.sockets.holding(self):
            await super().handle()

    # -- what a socket is looked after for

    async def ping(self) -> None:
        self.asked = True
        with suppress(*GONE):
            await self.send_message({"type": "ping"})

    async def shutdown(self) -> None:
        for task in tuple(self.acts):
            task.cancel()
        await super().shutdown()

    async def let_go(self, code: int, reason: str) -> None:
        with suppress(*GONE):
            if self.websocket.ws.application_state is WebSocketState.CONNECTED:  # type: ignore[attr-defined]
                await self.websocket.close(code, reason)

    async def says_goodbye(self, code: int, reason: str) -> None:
        """Close, once what was asked is answered. What is watched is not said to be complete: a
        client would believe it, and not come back for the rest.
        """
        asked = [
            op.task for op in self.operations.values() if op.task and op.id not in self.watching
        ]
        if asked:
            await asyncio.wait(asked, timeout=ANSWERING)
        await self.let_go(code, reason)

    async def end_operation(self, key: str, refusal: Refusal) -> None:
        """Say why a live operation ends, and end it."""
        operation = self.operations.get(key)
        await self.cleanup_operation(key)
        if operation and not operation.completed:
            operation.completed = True
            await self._tell_refusal(key, refusal)

    async def _tell_refusal(self, key: str, refusal: Refusal) -> None:
        if refusal.code == "LAGGED":
            self.door.figures.lagged.inc()
        told = graphql_error(refusal, self.context.language).formatted
        with suppress(*GONE):
            await self.websocket.send_json({"id": key, "type": "error", "payload": [told]})

    # -- the protocol

    async def handle_message(self, message: Any) -> None:
        self.heard, self.asked = True, False
        if not isinstance(message, dict):
            await self.handle_invalid_message("A message must be an object")
            return
        if message.get("type") == "connection_init" and message.get("payload") is None:
            message = {**message, "payload": {}}
        if message.get("type") == "subscribe" and not _is_operation(message):
            await self.handle_invalid_message("Malformed subscribe message")
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        await super().handle_connection_init(message)
        self.connection_init_timeout_task = None  # it was cancelled
        self.context.connection_params = {}
        if not self.connection_acknowledged or self.is_counted:
            return
        self.account = self.context.held.account
        self.is_counted = True
        if refusal := self.door.sockets.refusal(self.account):
            await self.let_go(*refusal)

    async def handle_subscribe(self, message: Any) -> None:
        """What is refused is told by its code, and the others go on."""
        try:
            if self.connection_acknowledged:
                self._refuse_one_too_many(message["id"])
                message["payload"] = self.door.documents.resolved(message["payload"])
        except Refused as refused:
            await self._tell_refusal(message["id"], refused.refusals[0])
            return
        await super().handle_subscribe(message)

    def _refuse_one_too_many(self, key: str) -> None:
        if len(self.operations) >= MOST_OPERATIONS and key not in self.operations:
            raise refuse("TOO_MANY_OPERATIONS")

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Whoever has asked too much is told so, and what already runs goes on."""
        refused = await self.door.refusal(self.context)
        if refused:
            await operation.send_initial_errors([refused])
            return
        try:
            await self._run(operation)
        except Exception as error:  # noqa: BLE001 - told to the log
            await self.handle_task_exception(error)
            with suppress(Exception):
                await operation.send_operation_message({"id": operation.id, "type": "complete"})

    async def _run(self, operation: Operation[Context, None]) -> None:
        joining = Joining(
            shares=lambda: self._is_shared(operation),
            begun=lambda actor: self._begins(operation, actor),
        )
        source = await self.schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=replace(self.context, live=joining),
            operation_name=operation.operation_name,
        )
        async with aclosing(source):
            await self._send_result_stream(operation, source)
        if joining.watch:
            await self._join(operation, joining.watch)
        else:
            await operation.send_operation_message({"id": operation.id, "type": "complete"})

    def _begins(self, operation: Operation[Context, None], actor: Actor) -> None:
        if operation.id in self.operations:
            self.begins(operation.id, actor)

    def _is_shared(self, operation: Operation[Context, None]) -> bool:
        return self.protocol is not None and self.door.live.is_shared(operation.query)

    async def _join(self, operation: Operation[Context, None], watch: Watch) -> None:
        watching = self.watching[operation.id]
        watching.shares = True
        operation.query = the_text(operation.query)
        asked = Asked(operation.query, operation.variables or {}, operation.operation_name)
        reader = SocketReader(self, operation.id)
        group = self.door.live.group(asked, watch, watching.scope, self.context.language)
        try:
            watching.member = await group.join(reader, watch.after)
        except Refused as refused:
            await self.end_operation(operation.id, refused.refusals[0])

    def forget_id(self, id: str) -> None:  # noqa: A002 - the base's
        self.forgets(id)
        super().forget_id(id)

    async def cleanup_operation(self, operation_id: str) -> None:
        self.forgets(operation_id)
        await super().cleanup_operation(operation_id)

    @staticmethod
    def _get_pre_execution_close_reason(error: Any) -> str | None:  # noqa: ARG004 - the base's
        return None


@lru_cache(maxsize=500)
def the_text(query: str) -> str:
    """The same for documents."""
    return query


class SocketReader:
    """Tells the events of one operation on its socket."""

    __slots__ = ("_handler", "_id", "_prefix", "_protocol")

    def __init__(self, handler: TransportHandler, key: str) -> None:
        self._handler, self._id = handler, key
        self._protocol: Any = handler.protocol
        self._prefix = prefix_of(json.dumps(key, ensure_ascii=False))

    def take(self, words: Words) -> bool:
        taken: bool = self._protocol.tell(words, self._prefix)
        return taken

    async def ready(self) -> None:
        await self._protocol.room()

    def end(self, refusal: Refusal) -> None:
        self._handler.later(self._handler.end_operation(self._id, refusal))


def _is_operation(message: dict[str, Any]) -> bool:
    payload = message.get("payload")
    return (
        isinstance(message.get("id"), str)
        and len(message["id"]) <= LONGEST_ID
        and isinstance(payload, dict)
        and (isinstance(payload.get("query"), str) or _names_a_document(payload))
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


def _names_a_document(payload: dict[str, Any]) -> bool:
    return payload.get("query") is None and name_of(payload) is not None
