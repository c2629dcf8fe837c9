"""A mail server and an SMS gateway that can be told to refuse."""

import asyncio
import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Desk:
    """What the mail server has taken, and what it answers."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self._came = asyncio.Event()

    async def until(self, count: int, seconds: float = 20) -> None:
        """Wait until that many have come."""
        async with asyncio.timeout(seconds):
            while len(self.mails) < count:
                self._came.clear()
                await self._came.wait()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self._came.set()
        return "250 OK"


class Gateway:
    """An SMS gateway over plain HTTP: keeps what it was told by key."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.pauses: list[float] = []  # seconds before an answer

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        self.told.append(json.loads(await reader.readexactly(length)))
        await asyncio.sleep(self.pauses.pop(0) if self.pauses else 0)
        status = self.answers.pop(0) if self.answers else 200
        body = json.dumps({"id": f"sms-{len(self.told)}"})
        writer.write(f"HTTP/1.1 {status} -\r\nContent-Length: {len(body)}\r\n".encode())
        writer.write(f"Connection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()
