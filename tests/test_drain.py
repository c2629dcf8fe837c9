"""The end of a process: announced, spread over time, and not held up by a client that is stuck."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.frames import ABORT_AFTER
from server.settings import Settings
from tests.actors import Unit
from tests.client import Client
from tests.process import ServerProcess, free_port, server_process, told
from tests.watching import MINE

DRAIN = 1.5  # seconds
SOCKETS = 12


@pytest.fixture
def server(settings: Settings) -> Iterator[ServerProcess]:
    with server_process(free_port(), drain_seconds=DRAIN, **told(settings)) as process:
        yield process


async def _closes(server: ServerProcess, client: Client) -> tuple[float, int, list[str]]:
    """When a socket that watches was closed, by what code, and what it was told before."""
    address = server.url.replace("http", "ws", 1) + "/graphql"
    token = {"authorization": f"Bearer {client.token}"}
    messages = []
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as opened:
        await opened.send(json.dumps({"type": "connection_init", "payload": token}))
        payload = {"query": MINE}
        await opened.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        try:
            while True:
                messages.append(json.loads(await opened.recv())["type"])
        except ConnectionClosed:
            assert opened.close_code is not None
            return time.monotonic(), opened.close_code, messages


async def test_sockets_are_closed_one_by_one_and_nothing_is_said_to_be_complete(
    server: ServerProcess,
) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        unit = await Unit(Client(server.url, http)).register()
        closing = [asyncio.create_task(_closes(server, unit.client)) for _ in range(SOCKETS)]
        await asyncio.sleep(1)
        began = time.monotonic()
        ending = asyncio.create_task(asyncio.to_thread(server.stop))
        await asyncio.sleep(0.3)
        ready = await http.get(f"{server.url}/readyz")
        assert (ready.status_code, ready.json()["draining"]) == (503, True)
        closed = await asyncio.gather(*closing)
        await ending
    assert {code for _, code, _ in closed} == {1012}
    assert all(messages == ["connection_ack"] for _, _, messages in closed)
    moments = sorted(moment - began for moment, _, _ in closed)
    assert moments[-1] - moments[0] > DRAIN / 2


async def test_a_client_that_reads_nothing_does_not_hold_up_the_end(
    server: ServerProcess,
) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        unit = await Unit(Client(server.url, http)).register()
        host, port = server.url.removeprefix("http://").split(":")
        with socket.socket() as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            raw.setblocking(False)
            await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
            address = server.url.replace("http", "ws", 1) + "/graphql"
            protocol = [Subprotocol("graphql-transport-ws")]
            deaf = await connect(address, sock=raw, subprotocols=protocol, max_queue=1)
            token = {"authorization": f"Bearer {unit.client.token}"}
            await deaf.send(json.dumps({"type": "connection_init", "payload": token}))
            await deaf.recv()
            deaf.transport.pause_reading()
            page = "institutions(first: 100) { nodes { id name address fax hotline cardPhone } }"
            query = f"{{ {' '.join(f'a{number}: {page}' for number in range(10))} }}"
            for key in range(90):
                payload = {"query": query}
                await deaf.send(
                    json.dumps({"type": "subscribe", "id": str(key), "payload": payload})
                )
            await asyncio.sleep(3)
            began = time.monotonic()
            await asyncio.to_thread(server.stop)
            assert time.monotonic() - began > ABORT_AFTER - 1  # it was stuck indeed
            assert time.monotonic() - began < DRAIN + 15  # 5 s of uvicorn's, 5 s of the workers'
            deaf.transport.abort()
