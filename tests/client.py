"""A client as outsiders write it: the contract's documents over HTTP and WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

OPERATIONS = (Path(__file__).parent / "contract" / "operations.graphql").read_text("utf-8")
PATIENCE = 20.0
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


class Watch:
    """One subscription: its messages in order."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, message: dict[str, Any]) -> None:
        self._messages.put_nowait(message)

    async def message(self, seconds: float = PATIENCE) -> dict[str, Any]:
        return await asyncio.wait_for(self._messages.get(), seconds)

    async def next(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next result's one field."""
        message = await self.message(seconds)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (field,) = message["payload"]["data"].values()
        return field

    async def types(self, count: int) -> list[str]:
        return [(await self.next())["type"] for _ in range(count)]

    async def is_quiet(self, seconds: float = 0.3) -> bool:
        try:
            await self.message(seconds)
        except TimeoutError:
            return True
        return False


class Socket:
    """A graphql-transport-ws connection with any number of subscriptions."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._watches: dict[str, Watch] = {}

    async def read(self) -> None:
        async for text in self._connection:
            message = json.loads(text)
            if message["type"] == "ping":
                await self.send({"type": "pong"})
            if message["type"] in ("next", "error", "complete"):
                self._watches[message["id"]].put(message)

    async def watch(self, name: str, /, **variables: Any) -> Watch:
        return await self.subscribe(OPERATIONS, variables, name)

    async def subscribe(
        self, query: str, variables: dict[str, Any] | None = None, name: str | None = None
    ) -> Watch:
        watch, key = Watch(), str(len(self._watches))
        self._watches[key] = watch
        payload = {"query": query, "variables": variables, "operationName": name}
        await self.send({"id": key, "type": "subscribe", "payload": payload})
        return watch

    async def send(self, message: Any) -> None:
        await self._connection.send(json.dumps(message))


class Client:
    """Somebody at a keyboard, signed in or not."""

    def __init__(self, url: str, http: httpx.AsyncClient, token: str | None = None) -> None:
        self.url, self.http, self.token = url, http, token
        self.address = ""  # as a proxy forwards it

    @property
    def headers(self) -> dict[str, str]:
        forwarded = {"X-Forwarded-For": self.address} if self.address else {}
        return {**forwarded, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}

    async def post(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        name: str | None = None,
        language: str = "",
    ) -> dict[str, Any]:
        """The whole answer."""
        body = {"query": query, "variables": variables, "operationName": name}
        headers = {**self.headers, **({"Accept-Language": language} if language else {})}
        response = await self.http.post(f"{self.url}/graphql", json=body, headers=headers)
        return response.json()

    async def ask(self, name: str, /, **variables: Any) -> Any:
        """The one field of a contract's operation; a top-level error fails the test."""
        answer = await self.post(OPERATIONS, variables, name)
        assert "errors" not in answer, answer
        (field,) = answer["data"].values()
        return field

    async def query(self, text: str, **variables: Any) -> dict[str, Any]:
        answer = await self.post(text, variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def attempt(self, name: str, /, **input_: Any) -> dict[str, Any]:
        """A mutation's payload, refused or not."""
        return await self.ask(name, input=input_)

    async def do(self, name: str, /, **input_: Any) -> dict[str, Any]:
        """A mutation's payload; a refusal fails the test."""
        payload = await self.attempt(name, **input_)
        assert payload["errors"] == [], payload["errors"]
        return payload

    async def codes(self, name: str, /, **input_: Any) -> list[str]:
        """The codes with which a mutation is refused, each with its place."""
        payload = await self.attempt(name, **input_)
        return [f"{'.'.join(e['path'] or [])}:{e['code']}" for e in payload["errors"]]

    @asynccontextmanager
    async def socket(self, payload: dict[str, Any] | None = None) -> AsyncIterator[Socket]:
        told = {"authorization": f"Bearer {self.token}"} if payload is None else payload
        address = self.url.replace("http", "ws", 1) + "/graphql"
        protocol = Subprotocol("graphql-transport-ws")
        async with connect(address, subprotocols=[protocol]) as connection:
            await connection.send(json.dumps({"type": "connection_init", "payload": told}))
            assert json.loads(await connection.recv())["type"] == "connection_ack"
            socket = Socket(connection)
            reading = asyncio.create_task(socket.read())
            try:
                yield socket
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def outbox(self, to: str | None = None) -> list[dict[str, Any]]:
        rows = (await self.http.get(f"{self.url}/dev/outbox")).json()
        return [row for row in rows if to in (None, row["to"])]

    async def code_sent_to(self, phone: str) -> str:
        return [row["code"] for row in await self.outbox(phone) if row["code"]][-1]
