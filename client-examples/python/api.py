"""Talking to a Portcard server: GraphQL over HTTP and WebSocket, papers by PUT."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

DOCUMENTS = gql((Path(__file__).parent / "documents.graphql").read_text("utf-8")).document


class Refused(Exception):  # noqa: N818 - the server refused
    """The server did not do it and says why."""

    def __init__(self, operation: str, errors: list[dict[str, Any]]) -> None:
        told = "; ".join(f"{e['code']} {e['message']} ({_place(e)})" for e in errors)
        super().__init__(f"{operation}: {told}")
        self.codes = [e["code"] for e in errors]


def _place(error: dict[str, Any]) -> str:
    return ".".join(error["path"] or ["-"])


class Unreachable(Exception):  # noqa: N818 - a state, not a fault of ours
    """There is no development server to play with."""


def request(operation: str, **variables: Any) -> GraphQLRequest:
    return GraphQLRequest(DOCUMENTS, variable_values=variables, operation_name=operation)


class Desk:
    """One person's desk: a server's address and, once signed in, a token."""

    def __init__(self, server: str, http: httpx.AsyncClient) -> None:
        self.server, self.http = server.rstrip("/"), http
        self.token: str | None = None

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def ask(self, operation: str, **variables: Any) -> Any:
        """The one field that the operation asks for."""
        transport = HTTPXAsyncTransport(url=f"{self.server}/graphql", headers=self._headers)
        try:
            async with Client(transport=transport, execute_timeout=30) as session:
                data = await session.execute(request(operation, **variables))
        except (httpx.TransportError, TransportError) as error:
            raise Unreachable(f"{self.server}: {error or type(error).__name__}") from error
        (field,) = data.values()
        return field

    async def do(self, operation: str, **input_: Any) -> dict[str, Any]:
        """A mutation. Raises Refused with the server's errors."""
        payload: dict[str, Any] = await self.ask(operation, **({"input": input_} if input_ else {}))
        if payload["errors"]:
            raise Refused(operation, payload["errors"])
        return payload

    @asynccontextmanager
    async def watching(self, operation: str, **variables: Any) -> AsyncIterator[AsyncIterator[Any]]:
        """A subscription's results, over a WebSocket of its own."""
        transport = WebsocketsTransport(
            url=f"{self.server.replace('http', 'ws', 1)}/graphql",
            init_payload={"authorization": f"Bearer {self.token}"},
            subprotocols=["graphql-transport-ws"],
            close_timeout=1,
        )
        async with Client(transport=transport) as session:
            yield _fields(session.subscribe(request(operation, **variables)))

    async def put(self, upload: dict[str, Any], content: bytes) -> None:
        headers = {header["name"]: header["value"] for header in upload["headers"]}
        url = httpx.URL(self.server).join(upload["url"])
        answer = await self.http.request(upload["method"], url, content=content, headers=headers)
        answer.raise_for_status()

    async def get(self, path: str) -> httpx.Response:
        try:
            answer = await self.http.get(f"{self.server}{path}")
            return answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unreachable(f"{self.server}{path}: {error or type(error).__name__}") from error

    async def code_sent_to(self, phone: str) -> str:
        """The newest SMS code; a development server shows what it would have sent."""
        outbox = (await self.get("/dev/outbox")).json()
        return [row["code"] for row in outbox if row["to"] == phone and row["code"]][-1]


async def _fields(results: AsyncIterator[dict[str, Any]]) -> AsyncIterator[Any]:
    async for data in results:
        (field,) = data.values()
        yield field
