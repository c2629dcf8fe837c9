"""GraphQL over HTTP and graphql-transport-ws, on one path."""

import json
import re
from datetime import timedelta
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import GraphQLError
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from models.refusals import Refused
from schema.admission import count_request, refusal
from schema.context import Context, Held
from schema.errors import graphql_error
from schema.policies import Policies
from schema.schema import build_schema
from server.accept import weighed
from server.admission import BoundedAdapter, admit
from server.engine import Engine
from server.event_stream import MEDIA, EventStream, Results
from server.headers import GRAPHIQL
from server.language import language_of
from server.live import LiveOperations
from server.media import JSON, is_request_error, media_type, retry_after, status_of
from server.rates import Caller
from server.settings import Settings
from server.sockets import Bounds, Sockets
from server.transport import INIT_WITHIN, TransportHandler
from server.trusted_documents import TrustedDocuments

BEARER = "bearer "
SHAPE = {"query": str, "variables": dict, "operationName": str, "extensions": dict}
KINDS = {str: "a text", dict: "an object"}
HALF = re.compile(r"\\u[dD][89a-fA-F]")


class GraphQLDoor(GraphQL[Context, None]):
    """Makes the context of each request and each socket."""

    graphql_transport_ws_handler_class = TransportHandler
    request_adapter_class = BoundedAdapter

    def __init__(self, engine: Engine, documents: TrustedDocuments) -> None:
        development = engine.settings.is_development
        super().__init__(
            build_schema(_policies(engine.settings)),
            graphql_ide="graphiql" if development else None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=INIT_WITHIN),
            max_subscriptions_per_connection=None,  # the handler's own limit has a code
            allowed_origins=engine.settings.allowed_origins,
        )
        self._engine = engine
        self.documents = documents
        self.figures = engine.figures
        self.sockets = Sockets(engine.office, _bounds(engine.settings), engine.figures)
        self.live = LiveOperations(
            self.schema, engine.hub, engine.figures, self._nobodys_context, self.encode_json
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        """What is no request is told so as a GraphQL answer too, with the status that says why."""
        try:
            admit(request, self.allowed_origins)
            return await self.run(request)
        except HTTPException as error:
            allow = {"Allow": "POST"} if error.status_code == 405 else None  # noqa: PLR2004
            return _unheard(request, {"message": error.reason}, error.status_code, allow)
        except Refused as refused:
            language = language_of(request.headers.get("accept-language", ""))
            told = graphql_error(refused.refusals[0], language).formatted
            return _unheard(request, told, 400)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Carries the type of the answer. Raises HTTPException (406)."""
        response = await super().get_sub_response(request)
        accept = request.headers.get("accept", "")
        response.media_type = media_type(accept)
        if response.media_type is None and not ("text/html" in accept or wants_events(accept)):
            raise HTTPException(406, "Answers are application/graphql-response+json or JSON")
        return response

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        named = {"documentId", "extensions"} & set(request.query_params)
        return not named and super().should_render_graphql_ide(request)

    async def render_graphql_ide(self, request: Request) -> Response:
        page = await super().render_graphql_ide(request)
        page.headers["Content-Security-Policy"] = GRAPHIQL
        return page

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        return Response(
            self.encode_json(response_data),
            sub_response.status_code,
            headers=sub_response.headers,
            media_type=f"{sub_response.media_type or JSON}; charset=utf-8",
        )

    def decode_json(self, data: str | bytes) -> object:
        return decoded(data)

    def encode_json(self, data: object) -> str:
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)

    def parse_json(self, data: str | bytes) -> Any:
        """An object: the body of a request, or a parameter. Raises HTTPException (400)."""
        told = super().parse_json(data)
        if not isinstance(told, dict):
            raise HTTPException(400, "The request body must be an object with a query")
        return told

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The request, with the text of its document also if it names one by its hash.

        Raises HTTPException (400), Refused.
        """
        if request.method == "GET":
            told = self.parse_query_params(request.query_params)
        else:
            told = self.parse_json(await request.get_body())
        for name, kind in SHAPE.items():
            if not isinstance(told.get(name), kind | None):
                raise HTTPException(400, f"`{name}` of a request is {KINDS[kind]}, or null")
        told = self.documents.resolved(told)
        return GraphQLRequestData(
            query=told.get("query"),
            variables=told.get("variables"),
            operation_name=told.get("operationName"),
            extensions=told.get("extensions"),
            protocol="sse" if wants_events(request.headers.get("accept")) else "http",
        )

    async def execute_operation(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: Context,
        root_value: None,
        sub_response: Response,
    ) -> Any:
        """One result, or the many of a stream of events."""
        if isinstance(request_data, GraphQLRequestData) and request_data.protocol == "sse":
            return await self._watched(request_adapter, request_data, context)
        return await super().execute_operation(
            request, request_adapter, request_data, context, root_value, sub_response
        )

    async def _watched(
        self, request: AsyncHTTPRequestAdapter, asked: GraphQLRequestData, context: Context
    ) -> Results:
        refused = await self.refusal(context)
        if refused:
            return _one(ExecutionResult(None, [refused]))
        stream = EventStream(self.sockets, context)
        source = await self.schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=stream.context,
            operation_name=asked.operation_name,
            allowed_operation_types=OperationType.from_http(request.method),
        )
        return stream.results(source)

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """A request and its one result. Raises HTTPException (400; 405 for a mutation by GET)."""
        context.streams = False
        refused = await self.refusal(context)
        if refused:
            return self._told(sub_response, ExecutionResult(None, [refused]))
        try:
            result = await super().execute_single(
                request, request_adapter, sub_response, context, root_value, request_data
            )
        except HTTPException as error:
            if isinstance(error.__cause__, InvalidOperationTypeError):
                raise HTTPException(405, error.reason) from error
            raise
        return self._told(sub_response, result)

    @staticmethod
    def _told(sub_response: Response, result: ExecutionResult) -> ExecutionResult:
        """The result, with what the head of the answer says of it."""
        sub_response.status_code = status_of(result, sub_response.media_type or JSON)
        sub_response.headers.update(retry_after(result))
        return result

    async def refusal(self, context: Context) -> GraphQLError | None:
        """Why who has asked too much is not heard."""
        return await refusal(count_request(context), context.language)

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """As the specification orders it: what was not executed has no data."""
        answer = await super().process_result(request, result)
        if is_request_error(result):
            return {name: told for name, told in answer.items() if name != "data"}  # type: ignore[return-value]
        return answer

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - the base's
    ) -> Context:
        return Context(
            office=self._engine.office,
            hub=self._engine.hub,
            desk=self._engine.desk,
            shelter=self._engine.shelter,
            meter=Caller(self._engine.rates, _address(request)),
            language=language_of(request.headers.get("accept-language", "")),
            held=Held(bearer(request.headers.get("authorization"))),
            client_address=_address(request),
        )

    def _nobodys_context(self) -> Context:
        return Context(
            office=self._engine.office,
            hub=self._engine.hub,
            desk=self._engine.desk,
            shelter=self._engine.shelter,
            meter=Caller(self._engine.rates, ""),
        )

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Take the token of `connection_init`; a token that is none rejects the connection.

        The key may be written as the header is: GraphiQL sends its headers as they were typed.
        """
        params = {name.lower(): value for name, value in context.connection_params.items()}
        told = params.get("authorization")
        if told is not None:
            context.held.token = bearer(told if isinstance(told, str) else "")
            viewer = await context.viewer()
            if viewer is None:
                raise ConnectionRejectionError
            context.held.account = viewer.account_id
        return UnsetType()


async def _one(result: ExecutionResult) -> Results:
    yield result


def wants_events(accept: str | None) -> bool:
    """Whether who asks reads a stream of events (text/event-stream)."""
    return any(value == MEDIA for value, _ in weighed(accept or ""))


def _unheard(
    request: Request, error: object, status: int, headers: dict[str, str] | None = None
) -> Response:
    media = media_type(request.headers.get("accept", "")) or JSON
    return JSONResponse({"errors": [error]}, status, headers=headers, media_type=media)


def _policies(settings: Settings) -> Policies:
    return Policies(introspection=settings.is_development, seconds=settings.operation_seconds)


def _bounds(settings: Settings) -> Bounds:
    return Bounds(settings.most_sockets, settings.most_sockets_per_account)


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


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
