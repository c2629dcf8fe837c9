"""Subscriptions for those without WebSocket: server-sent events."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from models.account import Session
from models.clock import now
from tests.client import Client
from tests.conftest import Served
from tests.watching import MINE, until

Told = tuple[str, Any]
ANSWER = httpx.codes.OK


class Events:
    """The events of one answer: (name, data)."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> Told:
        name = ""
        async for line in self._lines:
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            if line.startswith("data:"):
                data = line.removeprefix("data:").strip()
                return name, json.loads(data) if data else None
        raise EOFError

    async def type(self) -> str:
        name, told = await self.next()
        assert name == "next", told
        kind: str = told["data"]["enterpriseEvents"]["type"]
        return kind


@asynccontextmanager
async def _events(
    served: Served, client: Client, query: str = MINE, **variables: Any
) -> AsyncIterator[Events]:
    headers = {**client.headers, "Accept": "text/event-stream"}
    body = {"query": query, "variables": variables}
    address = f"{served.url}/graphql"
    async with served.http.stream("POST", address, json=body, headers=headers) as response:
        assert response.status_code == ANSWER
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "no-cache" in response.headers["cache-control"]
        yield Events(response)


async def test_events_are_told_from_a_cursor_and_live(served: Served) -> None:
    unit = await served.unit()
    await unit.start()
    async with _events(served, unit.client, after="p0") as events:
        assert await events.type() == "STARTED"
        await unit.client.do("Discard", applicationId=unit.id, version=unit.version)
        assert await events.type() == "DISCARDED"
    await until(lambda: len(served.app.state.graphql.sockets) == 0)
    await until(lambda: served.engine.hub.followers == 0)


async def test_a_query_has_one_result_and_is_complete(served: Served) -> None:
    unit = await served.unit()
    async with _events(served, unit.client, "{ viewer { role } }") as events:
        name, told = await events.next()
        assert (name, told["data"]) == ("next", {"viewer": {"role": "ENTERPRISE_ADMIN"}})
        assert await events.next() == ("complete", None)


async def test_what_is_refused_is_told_and_complete(served: Served) -> None:
    visitor = served.visitor()
    async with _events(served, visitor) as events:
        _, told = await events.next()
        assert told["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"
        assert await events.next() == ("complete", None)
    async with _events(served, visitor, "subscription {") as events:
        _, told = await events.next()
        assert "Syntax Error" in told["errors"][0]["message"]


async def test_no_mutation_by_get(served: Served) -> None:
    unit = await served.unit()
    headers = {**unit.client.headers, "Accept": "text/event-stream"}
    query = {"query": "mutation { logout { errors { code } } }"}
    answer = await served.http.get(f"{served.url}/graphql", params=query, headers=headers)
    assert "errors" in answer.text
    assert (await unit.client.query("{ viewer { role } }"))["viewer"]["role"] == "ENTERPRISE_ADMIN"


async def test_a_session_that_ends_ends_the_stream_within_a_second(served: Served) -> None:
    unit = await served.unit()
    async with _events(served, unit.client, after="p0") as events:
        await until(lambda: served.app.state.graphql.sockets.watched == 1)
        await Session.all().update(expires_at=now())
        _, told = await events.next()
        assert told["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"
        assert await events.next() == ("complete", None)


async def test_the_end_of_the_server_completes_the_stream(served: Served) -> None:
    unit = await served.unit()
    async with _events(served, unit.client, after="p0") as events:
        sockets = served.app.state.graphql.sockets
        await until(lambda: sockets.watched == 1)
        await sockets.drain(0)
        _, told = await events.next()
        assert told["errors"][0]["extensions"]["code"] == "SERVER_RESTARTS"
        assert await events.next() == ("complete", None)


@pytest.mark.parametrize("accept", ["text/event-stream", "text/event-stream, application/json"])
async def test_another_unit_is_told_nothing(served: Served, accept: str) -> None:
    one, other = await served.unit(), await served.unit()
    await one.start()
    async with _events(served, other.client, after="p0") as events:
        await other.start()
        _, told = await events.next()
        assert told["data"]["enterpriseEvents"]["cursor"] == "p2"
        assert accept
