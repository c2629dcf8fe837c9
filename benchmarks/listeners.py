"""Many subscribers in one process: WebSockets as thin as they can be (RFC 6455)."""

import asyncio
import base64
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from processes import Started
from wire import DOCUMENTS

PATIENCE = 120.0
AT_ONCE = 50  # handshakes; a listen queue is short
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
SHORT, MEDIUM = 126, 127


class Roll:
    """Counts who has heard, and keeps when."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.last = b""
        self._expected = 0
        self._all: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def expect(self, count: int) -> None:
        self.times, self._expected = [], count
        self._all = asyncio.get_running_loop().create_future()

    def hear(self, payload: bytes) -> None:
        """A message of the protocol; anything but `next` is what nobody expects."""
        if b'"connection_ack"' in payload:
            return
        if b'"next"' not in payload or b'"errors"' in payload:
            self.fail(payload.decode())
            return
        self.times.append(time.perf_counter())
        self.last = payload
        if len(self.times) == self._expected:
            self._all.set_result(None)

    def fail(self, why: str) -> None:
        if not self._all.done():
            self._all.set_exception(RuntimeError(why))

    async def everyone(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._all
        except TimeoutError:
            raise RuntimeError(f"{len(self.times)} of {self._expected} heard it") from None


class Listener(asyncio.Protocol):
    """One WebSocket with one subscription."""

    def __init__(self, roll: Roll) -> None:
        self._roll, self._rest, self._open = roll, b"", False
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET /graphql HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        )
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        self._rest += data
        if not self._open:
            head, found, self._rest = self._rest.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            self._upgraded(head)
        while (frame := self._frame()) is not None:
            self._take(*frame)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or RuntimeError("closed before it was open"))
        self._roll.fail(f"a socket was closed: {exc}")

    def _upgraded(self, head: bytes) -> None:
        self._open = True
        if head.split(b" ", 2)[1] == b"101":
            self.opened.set_result(None)
        else:
            self.opened.set_exception(RuntimeError(head.decode()))

    def _frame(self) -> tuple[int, bytes] | None:
        """The next whole frame: what it is, and its payload."""
        data = self._rest
        if len(data) < 2:
            return None
        size, at = data[1], 2
        if size >= SHORT:
            at = 4 if size == SHORT else 10
            size = int.from_bytes(data[2:at], "big")
        if len(data) < at + size:
            return None
        self._rest = data[at + size :]
        return data[0] & 0x0F, data[at : at + size]

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            self._roll.hear(payload)
        elif kind == PING:
            self._send(PONG, payload)
        elif kind == CLOSE:
            self._roll.fail(f"the server closes: {payload[2:].decode()}")

    def _send(self, kind: int, payload: bytes) -> None:
        """A frame, masked with zeros, which changes nothing."""
        assert self._transport is not None
        size = len(payload)
        length = bytes([0x80 | size]) if size < SHORT else b"\xfe" + size.to_bytes(2, "big")
        self._transport.write(bytes([0x80 | kind]) + length + bytes(4) + payload)

    def say(self, message: dict[str, Any]) -> None:
        self._send(TEXT, json.dumps(message).encode())

    def subscribe(self, token: str | None, name: str, variables: dict[str, Any]) -> None:
        told = {"authorization": f"Bearer {token}"} if token else {}
        payload = {"query": DOCUMENTS[name], "variables": variables, "operationName": name}
        self.say({"type": "connection_init", "payload": told})
        self.say({"id": "1", "type": "subscribe", "payload": payload})

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()


@asynccontextmanager
async def listeners(server: Started, count: int, roll: Roll) -> AsyncIterator[list[Listener]]:
    """So many open sockets."""
    opened: list[Listener] = []
    try:
        for begin in range(0, count, AT_ONCE):
            few = min(AT_ONCE, count - begin)
            opened += await asyncio.gather(*(_listener(server, roll) for _ in range(few)))
        yield opened
    finally:
        for one in opened:
            one.close()


async def _listener(server: Started, roll: Roll) -> Listener:
    loop = asyncio.get_running_loop()
    _, made = await loop.create_connection(lambda: Listener(roll), "127.0.0.1", server.port)
    await made.opened
    return made
