"""graphql-transport-ws to the letter."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server import sockets, transport
from tests.conftest import Served

OURS = [Subprotocol("graphql-transport-ws")]


def address(served: Served) -> str:
    return served.url.replace("http", "ws", 1) + "/graphql"


async def test_init_may_come_without_payload_or_with_null(served: Served) -> None:
    for message in ({"type": "connection_init"}, {"type": "connection_init", "payload": None}):
        async with connect(address(served), subprotocols=OURS) as connection:
            await connection.send(json.dumps(message))
            assert json.loads(await connection.recv()) == {"type": "connection_ack"}


async def test_the_legacy_protocol_is_not_spoken(served: Served) -> None:
    async with connect(address(served), subprotocols=[Subprotocol("graphql-ws")]) as connection:
        assert connection.subprotocol is None
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4406


async def test_a_page_of_a_foreign_origin_opens_no_socket(served: Served) -> None:
    with pytest.raises(Exception, match="403"):
        await connect(address(served), subprotocols=OURS, origin="https://evil.example")  # type: ignore[arg-type]


SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}
CODES: dict[str, tuple[list[Any], int]] = {
    "two inits": ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
    "subscribing before": ([SUBSCRIBE], 4401),
    "an array": ([[]], 4400),
    "an unknown type": ([{"type": "hello"}], 4400),
    "a type without id": ([{"type": "connection_init"}, {"type": "complete"}], 4400),
    "a bad token": ([{"type": "connection_init", "payload": {"authorization": "Bearer x"}}], 4403),
}  # fmt: skip


@pytest.mark.parametrize("what", CODES)
async def test_a_breach_of_the_protocol_closes_with_its_code(served: Served, what: str) -> None:
    messages, code = CODES[what]
    async with connect(address(served), subprotocols=OURS) as connection:
        for message in messages:
            await connection.send(json.dumps(message))
        await connection.wait_closed()
    assert connection.close_code == code


async def test_a_syntax_error_answers_its_operation_and_its_siblings_go_on(served: Served) -> None:
    unit = await served.unit()
    async with unit.client.socket() as socket:
        watch = await socket.watch("EnterpriseEvents")
        wrong = await socket.subscribe("subscription {")
        assert (await wrong.message())["type"] == "error"
        await unit.start()
        assert (await watch.next())["type"] == "STARTED"


async def test_who_says_nothing_at_all_is_let_go(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "TICK", 0.05)
    monkeypatch.setattr(sockets, "PING_EVERY", 0.1)
    unit = await served.unit()
    async with connect(address(served), subprotocols=OURS) as connection:
        token = {"authorization": f"Bearer {unit.client.token}"}
        await connection.send(json.dumps({"type": "connection_init", "payload": token}))
        told = [json.loads(await connection.recv())["type"] for _ in range(2)]
        assert told == ["connection_ack", "ping"]
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408


async def test_who_answers_pings_stays(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "TICK", 0.05)
    monkeypatch.setattr(sockets, "PING_EVERY", 0.1)
    unit = await served.unit()
    async with unit.client.socket() as socket:
        await asyncio.sleep(0.7)
        watch = await socket.subscribe("{ viewer { username } }")
        assert (await watch.next())["username"] == unit.account["username"]


async def test_who_never_begins_is_let_go(served: Served) -> None:
    door = served.app.state.graphql
    door.connection_init_wait_timeout = door.connection_init_wait_timeout / 100
    async with connect(address(served), subprotocols=OURS) as connection:
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408


async def test_one_operation_too_many_is_told_by_its_code(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MOST_OPERATIONS", 2)
    unit = await served.unit()
    async with unit.client.socket() as socket:
        watches = [await socket.watch("EnterpriseEvents") for _ in range(3)]
        message = await watches[2].message()
        assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        await unit.start()
        assert [await watch.types(1) for watch in watches[:2]] == [["STARTED"], ["STARTED"]]
