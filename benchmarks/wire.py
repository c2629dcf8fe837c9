"""The thinnest HTTP client: on a small machine a rich one would be what is measured."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from figures import Sample
from graphql import parse, print_ast, separate_operations
from processes import Started

from tests.client import OPERATIONS

DOCUMENTS = {
    name: print_ast(document) for name, document in separate_operations(parse(OPERATIONS)).items()
}


def request(path: str, body: bytes = b"", token: str | None = None) -> bytes:
    """A whole POST."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def operation(name: str, token: str | None, **variables: Any) -> bytes:
    """A POST of one of the contract's operations, with its fragments and nothing else."""
    body = {"query": DOCUMENTS[name], "variables": variables, "operationName": name}
    return request("/graphql", json.dumps(body).encode(), token)


class Wire:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, sent: bytes) -> bytes:
        """The answer's body. Raises RuntimeError when it is no 200."""
        self._writer.write(sent)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await self._reader.readexactly(length)
        if head.split(b" ", 2)[1] != b"200":
            raise RuntimeError((head + body).decode())
        return body


@asynccontextmanager
async def wire(server: Started) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def measured(
    server: Started, requests: Iterable[bytes], lanes: int
) -> tuple[Sample, list[bytes]]:
    """Send them all over `lanes` connections, each one request at a time; the answers too."""
    sample, waiting = Sample(server.meter), iter(requests)
    answers: list[bytes] = []
    async with AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(wire(server)) for _ in range(lanes)]
        with sample.running():
            await asyncio.gather(*(_lane(one, waiting, sample, answers) for one in wires))
    return sample, answers


async def _lane(
    connection: Wire, waiting: Iterator[bytes], sample: Sample, answers: list[bytes]
) -> None:
    for sent in waiting:
        with sample.act():
            answers.append(await connection.ask(sent))


def checked(answers: Sequence[bytes]) -> list[Any]:
    """The one field of each answer. Raises RuntimeError for a refusal or an error."""
    fields = []
    for answer in answers:
        told = json.loads(answer)
        if "errors" in told:
            raise RuntimeError(answer.decode())
        (field,) = told["data"].values()
        if field is None or field.get("errors"):
            raise RuntimeError(answer.decode())
        fields.append(field)
    return fields
