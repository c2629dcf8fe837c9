"""GraphQL over HTTP and graphql-transport-ws, on one path."""

import json
import re
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.types import ExecutionResult
from strawberry.types.unset import UnsetType

from schema.context import Context
from schema.schema import build_schema
from server.engine import Engine
from server.language import language_of

BEARER = "bearer "
HALF = re.compile(r"\\u[dD][89a-fA-F]")


class TransportHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """The protocol's handler, but what one operation does wrong does not end its siblings.

    A message that is no object closes the socket as the protocol says (4400); a
    `connection_init` without payload may say so by null.
    """

    async def handle_message(self, message: Any) -> None:
        if not isinstance(message, dict):
            await self.handle_invalid_message("A message must be an object")
            return
        if message.get("type") == "connection_init" and message.get("payload") is None:
            message = {**message, "payload": {}}
        if message.get("type") == "subscribe" and not _is_operation(message):
            await self.handle_invalid_message("Malformed subscribe message")
            return
        await super().handle_message(message)

    @staticmethod
    def _get_pre_execution_close_reason(error: Any) -> str | None:  # noqa: ARG004 - the base's
        return None


def _is_operation(message: dict[str, Any]) -> bool:
    payload = message.get("payload")
    return (
        isinstance(message.get("id"), str)
        and isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


class GraphQLDoor(GraphQL[Context, None]):
    """Makes the context of each request and each socket."""

    graphql_transport_ws_handler_class = TransportHandler

    def __init__(self, engine: Engine) -> None:
        development = engine.settings.is_development
        super().__init__(
            build_schema(),
            graphql_ide="graphiql" if development else None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            allow_queries_via_get=False,
            allowed_origins=engine.settings.allowed_origins,
        )
        self._engine = engine

    def decode_json(self, data: str | bytes) -> object:
        return decoded(data)

    def parse_json(self, data: str | bytes) -> Any:
        """The body of a request. Raises HTTPException (400)."""
        body = super().parse_json(data)
        if not isinstance(body, dict) or not isinstance(body.get("operationName"), str | None):
            raise HTTPException(400, "The request body must be an object with a query")
        return body

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """A request and its one result."""
        context.streams = False
        return await super().execute_single(
            request, request_adapter, sub_response, context, root_value, request_data
        )

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - the base's
    ) -> Context:
        return Context(
            office=self._engine.office,
            hub=self._engine.hub,
            shelter=self._engine.shelter,
            language=language_of(request.headers.get("accept-language", "")),
            token=bearer(request.headers.get("authorization")),
        )

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Take the token of `connection_init`; a token that is none rejects the connection.

        The key may be written as the header is: GraphiQL sends its headers as they were typed.
        """
        params = {name.lower(): value for name, value in context.connection_params.items()}
        told = params.get("authorization")
        if told is not None:
            context.token = bearer(told if isinstance(told, str) else "")
            if await context.viewer() is None:
                raise ConnectionRejectionError
        return UnsetType()


def decoded(data: str | bytes) -> object:
    """JSON from outside. Raises JSONDecodeError for everything that cannot be taken in: also for
    numbers and nestings without end, and halves of surrogate pairs.
    """
    try:
        text = data if isinstance(data, str) else data.decode()
        value: object = json.loads(text)
        if HALF.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError("Not JSON that can be taken in", "", 0) from error
    return value


def bearer(header: str | None) -> str | None:
    """The token of `Bearer TOKEN`, or None."""
    if header is None or not header.lower().startswith(BEARER):
        return None
    return header[len(BEARER) :].strip() or None
