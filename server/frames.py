"""WebSocket frames that are made once and written to many sockets (RFC 6455 §5).

uvicorn's own way from a message to the wire goes through a task, a lock and a state machine for
each socket. A message that is the same for many is framed once here and handed to the transports. A
socket that has agreed on an extension (compression) is written to by the state machine. Nothing
that we send is fragmented.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

EXTENSION = "portcard.frames"
"""Where the application finds the protocol of its socket, in `scope["extensions"]`."""
TEXT = 0x81  # the whole of a text message
SHORT, MEDIUM = 126, 1 << 16
ABORT_AFTER = 5.0  # seconds for a closing client to take what it was sent


def framed(text: bytes) -> bytes:
    """`text` (UTF-8) as one unmasked text frame, as a server sends it."""
    size = len(text)
    if size < SHORT:
        head = bytes((TEXT, size))
    elif size < MEDIUM:
        head = bytes((TEXT, SHORT)) + size.to_bytes(2)
    else:
        head = bytes((TEXT, SHORT + 1)) + size.to_bytes(8)
    return head + text


class Words:
    """The payload of `next` messages: the same for many operations but for their ids."""

    __slots__ = ("_frame", "_payload", "_prefix")

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._prefix, self._frame = b"", b""

    def text(self, prefix: bytes) -> bytes:
        """The message; `prefix` is all of it before the payload."""
        return b"%b%b}" % (prefix, self._payload)

    def frame(self, prefix: bytes) -> bytes:
        """The message in its frame. Clients often number their operations alike."""
        if prefix != self._prefix:
            self._prefix, self._frame = prefix, framed(self.text(prefix))
        return self._frame


def prefix_of(encoded_id: str) -> bytes:
    """All of a `next` message before its payload."""
    return b'{"id":%b,"type":"next","payload":' % encoded_id.encode()


class Inbox:
    """What an application has still to receive: an asyncio.Queue for one reader, without the four
    deques (2 KiB) that each of those holds.
    """

    __slots__ = ("_items", "_reader")

    def __init__(self) -> None:
        self._items: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        return not self._items

    def put_nowait(self, item: Any) -> None:
        self._items.append(item)
        if self._reader and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Any:
        while not self._items:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._items.pop(0)


class Gate:
    """An asyncio.Event that is open at first, and holds nothing while nobody waits."""

    __slots__ = ("_shut",)

    def __init__(self) -> None:
        self._shut: asyncio.Event | None = None

    def is_set(self) -> bool:
        return self._shut is None

    def set(self) -> None:
        if self._shut:
            self._shut.set()
            self._shut = None

    def clear(self) -> None:
        if self._shut is None:
            self._shut = asyncio.Event()

    async def wait(self) -> None:
        while self._shut:
            await self._shut.wait()


class FrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol of one socket, which also takes prepared frames, and holds little while
    nothing happens.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Gate()  # type: ignore[assignment]

    full_since: float | None = None  # by the loop's clock: since when the client takes nothing

    def pause_writing(self) -> None:
        super().pause_writing()
        self.full_since = self.loop.time()

    def handle_ping(self) -> None:
        """Who takes no answer gets none."""
        output = self.conn.data_to_send()
        if self.full_since is None:
            self.transport.write(b"".join(output))

    def resume_writing(self) -> None:
        super().resume_writing()
        self.full_since = None

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"] or {}
            extensions[EXTENSION] = self

    @property
    def is_open(self) -> bool:
        return not (self.close_sent or self.disconnected or self.transport.is_closing())

    def tell(self, words: Words, prefix: bytes) -> bool:
        """Write a message; False when that must wait. A socket that is closed takes everything."""
        if not self.is_open:
            return True
        if self.full_since is not None:
            return False
        if self.conn.extensions:
            self._by_the_state_machine(words.text(prefix))
        else:
            self.transport.write(words.frame(prefix))
        return True

    def _by_the_state_machine(self, text: bytes) -> None:
        try:
            self.conn.send_text(text)
        except InvalidState:
            return
        self.transport.write(b"".join(self.conn.data_to_send()))

    def abort(self) -> None:
        """End the connection at once, whatever is still to be sent: the client does not take it."""
        self.transport.abort()

    def shutdown(self) -> None:
        """As uvicorn's, but a client that takes nothing does not hold up the end."""
        super().shutdown()
        self.loop.call_later(ABORT_AFTER, self._end_late)

    def _end_late(self) -> None:
        if not self.disconnected:
            self.abort()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.request.headers.clear()  # websockets' parser keeps the request
            del self.request, self.response
        elif message["type"] == "websocket.close" and self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(ABORT_AFTER, self._end_late)

    async def room(self) -> None:
        """Return when a message may be written."""
        await self.writable.wait()


def protocol_of(scope: Any) -> FrameProtocol | None:
    """The protocol of the socket of an ASGI scope, where the server is ours."""
    found = (scope.get("extensions") or {}).get(EXTENSION)
    return found if isinstance(found, FrameProtocol) else None
