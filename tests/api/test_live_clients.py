"""Clients that are slow, silent, too many, or signed out: bounded, told, and let go."""

import asyncio
import contextlib
import gc
import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame
from websockets.streams import StreamReader
from websockets.typing import Subprotocol

from models.account import Session
from models.clock import now
from server import sockets
from server.frames import framed
from server.sockets import Bounds
from subscriptions import group
from tests.actors import Unit, sign_in
from tests.client import Client, Watch
from tests.conftest import Served
from tests.watching import MINE, until, watching

OURS = [Subprotocol("graphql-transport-ws")]


def _code(message: dict[str, Any]) -> str:
    assert message["type"] == "error", message
    code: str = message["payload"][0]["extensions"]["code"]
    return code


@contextlib.asynccontextmanager
async def _deaf(served: Served, client: Client) -> AsyncIterator[socket.socket]:
    """A client that has subscribed and then reads no more; its buffer is small."""
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        host, port = served.url.removeprefix("http://").split(":")
        await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
        connection = await connect(
            served.url.replace("http", "ws") + "/graphql", sock=raw, subprotocols=OURS,
            ping_interval=None, max_queue=1,
        )  # fmt: skip
        token = {"authorization": f"Bearer {client.token}"}
        payload = {"query": MINE, "variables": {"after": "p0"}}
        await connection.send(json.dumps({"type": "connection_init", "payload": token}))
        await connection.recv()
        await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        connection.transport.pause_reading()
        yield raw
        connection.transport.abort()


async def _discard(unit: Unit) -> None:
    await unit.client.do("Discard", applicationId=unit.id, version=unit.version)


async def _many(unit: Unit, times: int) -> None:
    """Two events each."""
    for _ in range(times):
        await unit.start()
        await _discard(unit)


def _small_buffers(served: Served) -> None:
    """Let a few events fill what the server keeps for a client."""
    for handler in served.app.state.graphql.sockets:
        transport = handler.protocol.transport
        transport.set_write_buffer_limits(high=200)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2048)


async def test_a_client_that_takes_nothing_is_let_go_and_holds_up_nobody(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "STALLED", 0.5)
    unit = await served.unit()
    door = served.app.state.graphql
    async with _deaf(served, unit.client):
        await until(lambda: door.sockets.watched == 1)
        _small_buffers(served)
        async with watching(served, unit.client, 1, after="p0") as (watch,):
            await _many(unit, 150)
            assert await watch.types(300) == ["STARTED", "DISCARDED"] * 150
            await until(lambda: len(door.sockets) == 1)
    await until(lambda: door.sockets.watched == 0)


async def test_who_falls_far_behind_is_told_from_where_to_resume(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "MOST_BEHIND", 3)
    unit = await served.unit()
    async with unit.client.socket() as opened:
        watch = await opened.subscribe(MINE, {"after": "p0"})
        await unit.start()
        await watch.next()
        await _discard(unit)
        first = await watch.next()
        (handler,) = served.app.state.graphql.sockets
        handler.protocol.pause_writing()  # as the transport does when the client takes nothing
        await _many(unit, 5)
        handler.protocol.resume_writing()
        message = await watch.message()
        assert _code(message) == "LAGGED"
        assert message["payload"][0]["extensions"]["cursor"] == first["cursor"]
        again = await opened.subscribe(MINE, {"after": first["cursor"]})
        assert await again.types(10) == ["STARTED", "DISCARDED"] * 5


async def test_who_was_slow_for_a_while_is_told_everything_once(served: Served) -> None:
    unit = await served.unit()
    async with unit.client.socket() as opened:
        watch = await opened.subscribe(MINE, {"after": "p0"})
        await unit.start()
        await _discard(unit)
        assert await watch.types(2) == ["STARTED", "DISCARDED"]
        (handler,) = served.app.state.graphql.sockets
        handler.protocol.pause_writing()
        await _many(unit, 4)
        assert await watch.is_quiet(0.2)
        handler.protocol.resume_writing()
        await _many(unit, 2)
        assert await watch.types(12) == ["STARTED", "DISCARDED"] * 6
        assert await watch.is_quiet(0.1)


async def test_a_cursor_older_than_what_is_replayed_is_told_the_oldest(served: Served) -> None:
    unit = await served.unit()
    await _many(unit, 2)
    hub = served.engine.hub
    hub._keeps = timedelta(0)
    async with unit.client.socket() as opened:
        old = await opened.subscribe(MINE, {"after": "p0"})
        message = await old.message()
        assert _code(message) == "LAGGED"
        cursor = message["payload"][0]["extensions"]["cursor"]
        watch = await opened.subscribe(MINE, {"after": cursor})
        await unit.start()
        assert await watch.types(1) == ["STARTED"]


async def test_signing_out_ends_what_is_watched_within_a_second(served: Served) -> None:
    unit = await served.unit()
    async with unit.client.socket() as opened:
        watches = [await opened.watch("EnterpriseEvents", after="p0"), await _own(opened)]
        await until(lambda: served.app.state.graphql.sockets.watched == 2)
        await unit.client.ask("Logout")
        for watch in watches:
            assert _code(await watch.message(1.5)) == "NOT_SIGNED_IN"


async def _own(opened: Any) -> Watch:
    query = "subscription { enterpriseEvents { application { availableActions } } }"
    watch: Watch = await opened.subscribe(query)
    return watch


async def test_a_session_that_expires_ends_what_is_watched_within_a_second(
    served: Served,
) -> None:
    unit = await served.unit()
    async with unit.client.socket() as opened:
        watch = await opened.watch("EnterpriseEvents", after="p0")
        await until(lambda: served.app.state.graphql.sockets.watched == 1)
        await Session.all().update(expires_at=now())
        assert _code(await watch.message(2.5)) == "NOT_SIGNED_IN"


CONTINUE = """mutation($token: String!) {
    continueSession(input: {token: $token}) { expiresAt errors { code path } } }"""


async def test_a_renewed_token_keeps_the_socket_and_what_it_watches(served: Served) -> None:
    unit, other = await served.unit(), await served.unit()
    again = served.visitor()
    await sign_in(again, unit.account["username"], unit.account["password"])
    async with unit.client.socket() as opened:
        watch = await opened.watch("EnterpriseEvents", after="p0")
        wrong = await opened.subscribe(CONTINUE, {"token": other.client.token})
        assert (await wrong.next())["errors"] == [{"code": "FORBIDDEN", "path": ["token"]}]
        none = await opened.subscribe(CONTINUE, {"token": "x" * 43})
        assert (await none.next())["errors"] == [{"code": "NOT_SIGNED_IN", "path": ["token"]}]
        renewed = await opened.subscribe(CONTINUE, {"token": again.token})
        assert (await renewed.next())["errors"] == []
        await unit.client.ask("Logout")
        assert await watch.is_quiet(1.5)
        unit.client.token = again.token
        await unit.start()
        assert await watch.types(1) == ["STARTED"]


@pytest.mark.parametrize("kind", ["shared", "own"])
async def test_a_changed_password_ends_what_the_old_token_watches(
    served: Served, kind: str
) -> None:
    unit = await served.unit()
    async with unit.client.socket() as opened:
        watch = await (opened.watch("EnterpriseEvents") if kind == "shared" else _own(opened))
        await until(lambda: served.app.state.graphql.sockets.watched == 1)
        changed = await unit.client.query(CHANGE, old=unit.account["password"])
        assert changed["changePassword"]["errors"] == []
        assert _code(await watch.message(2)) == "NOT_SIGNED_IN"


CHANGE = """mutation($old: String!) { changePassword(input: {password: $old,
    newPassword: "another 1 Pass", newPasswordConfirmation: "another 1 Pass"}) {
    errors { code } } }"""


async def test_a_socket_goes_on_only_in_the_account_with_which_it_began(served: Served) -> None:
    one, other = await served.unit(), await served.unit()
    async with one.client.socket() as opened, served.visitor().socket({}) as nobodys:
        await one.client.ask("Logout")
        for socket in (opened, nobodys):
            told = await socket.subscribe(CONTINUE, {"token": other.client.token})
            assert (await told.next())["errors"] == [{"code": "FORBIDDEN", "path": ["token"]}]
    answer = await other.client.query(CONTINUE, token=other.client.token)
    assert answer["continueSession"]["errors"][0]["code"] == "FORBIDDEN"


async def test_visitors_do_not_take_every_socket_and_leave_when_they_ask_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = served.app.state.graphql
    door.sockets._bounds = Bounds(in_all=8)
    unit = await served.unit()
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(served.visitor().socket({}))
        async with _opened(served, served.visitor(), payload={}) as third:
            await third.recv()
            await third.wait_closed()
        assert third.close_code == 4429
        async with watching(served, unit.client, 2):
            pass
    monkeypatch.setattr(sockets, "PING_EVERY", 0.1)
    async with _opened(served, served.visitor(), payload={}) as idle:
        await idle.recv()
        with pytest.raises(ConnectionClosed):
            await idle.recv()
    assert idle.close_code == 4401


async def test_an_id_that_is_too_long_closes_the_socket(served: Served) -> None:
    unit = await served.unit()
    async with _opened(served, unit.client) as opened:
        await opened.recv()
        message = {"type": "subscribe", "id": "x" * 129, "payload": {"query": MINE}}
        await opened.send(json.dumps(message))
        await opened.wait_closed()
    assert opened.close_code == 4400


async def test_one_socket_too_many_of_an_account_is_sent_away(served: Served) -> None:
    served.app.state.graphql.sockets._bounds = Bounds(per_account=2)
    unit, other = await served.unit(), await served.unit()
    async with watching(served, unit.client, 2), watching(served, other.client, 2):
        async with _opened(served, unit.client) as third:
            await third.recv()
            with pytest.raises(ConnectionClosed):
                await third.recv()
        assert third.close_code == 4429
    async with watching(served, unit.client, 2):
        pass


async def test_one_socket_too_many_of_a_process_is_sent_away(served: Served) -> None:
    served.app.state.graphql.sockets._bounds = Bounds(in_all=2)
    unit = await served.unit()
    async with watching(served, unit.client, 2), _opened(served, unit.client) as third:
        await third.wait_closed()
    assert third.close_code == 4429


@contextlib.asynccontextmanager
async def _opened(
    served: Served, client: Client, payload: dict[str, Any] | None = None
) -> AsyncIterator[ClientConnection]:
    address = served.url.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=OURS) as connection:
        token = {"authorization": f"Bearer {client.token}"} if payload is None else payload
        await connection.send(json.dumps({"type": "connection_init", "payload": token}))
        yield connection


async def test_who_agreed_on_compression_is_told_in_compressed_frames(served: Served) -> None:
    served.server.config.ws_per_message_deflate = True
    unit = await served.unit()
    async with _opened(served, unit.client) as connection, watching(served, unit.client, 1):
        await connection.recv()
        payload = {"query": MINE, "variables": {"after": "p0"}}
        await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        await until(lambda: served.app.state.graphql.sockets.watched == 2)
        assert all(handler.protocol.conn.extensions for handler in served.app.state.graphql.sockets)
        await unit.start()
        told = json.loads(await connection.recv())
        assert told["payload"]["data"]["enterpriseEvents"]["type"] == "STARTED"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_frame_is_as_the_standard_has_it(size: int) -> None:
    reader = StreamReader()
    reader.feed_data(framed(b"x" * size))
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as told:
        next(parsing)
    frame = told.value.value
    assert (frame.opcode, frame.fin, len(frame.data)) == (1, True, size)


async def test_ends_of_sockets_leave_nothing_behind(served: Served) -> None:
    unit = await served.unit()
    door = served.app.state.graphql

    async def come_and_go() -> None:
        async with _opened(served, unit.client) as connection:
            await connection.recv()
            payload = {"query": MINE}
            await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))

    await asyncio.gather(*(come_and_go() for _ in range(20)))
    await until(lambda: len(door.sockets) == 0)
    gc.collect()
    tasks = len(asyncio.all_tasks())
    for _ in range(10):
        await asyncio.gather(*(come_and_go() for _ in range(20)))
    await until(lambda: len(door.sockets) == 0)
    await until(lambda: len(asyncio.all_tasks()) <= tasks)
    assert (len(door.live.groups), served.engine.hub.followers) == (0, 0)
