"""The bench's load program counts exactly what was told, and says what should not have been."""

import asyncio
import sys
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from benchmarks.load import Load, LoadError, Member, compiled, loading
from benchmarks.processes import peer

BARE = Path(__file__).parent.parent / "benchmarks" / "raw.py"
MANY, EVENTS = 120, 7
FRAME = '{"id":"1","type":"next","payload":{"data":{"event":"申请单已退单"}}}'.encode()


def member(topic: str) -> Member:
    return Member({}, {"query": "subscription", "variables": {"topic": topic}})


def publishing(topic: str, frame: bytes = FRAME) -> bytes:
    head = f"POST /publish/{topic} HTTP/1.1\r\nHost: here\r\nContent-Length: {len(frame)}\r\n\r\n"
    return head.encode() + frame


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("load"))


@asynccontextmanager
async def load(program: Path, folder: Path, *topics: str) -> AsyncIterator[Load]:
    """Somebody for each topic, of a server of bare sockets."""
    members = [member(topic) for topic in topics]
    async with (
        peer(folder, [sys.executable, str(BARE)]) as server,
        loading(program, server.port, members) as crowd,
    ):
        # it answers after it has read what was sent before: everybody has subscribed
        await asyncio.to_thread(urllib.request.urlopen, f"{server.url}/readyz")
        yield crowd


async def test_everybody_hears_every_event_once(program: Path, tmp_path: Path) -> None:
    async with load(program, tmp_path, *["desk"] * MANY) as crowd:
        told = await crowd.publish([publishing("desk")] * EVENTS)
    assert (told.published, told.heard) == (EVENTS, EVENTS * MANY)
    by_event = Counter(published for published, _ in told.deliveries)
    assert list(by_event.values()) == [MANY] * EVENTS
    assert all(published < heard for published, heard in told.deliveries)
    assert (told.frame, set(told.answers)) == (FRAME, {b"told"})


async def test_each_hears_what_is_published_for_it(program: Path, tmp_path: Path) -> None:
    topics = [f"unit{number}" for number in range(MANY)]
    async with load(program, tmp_path, *topics) as crowd:
        told = await crowd.publish([publishing(topic) for topic in topics], each=True, lanes=4)
    assert (told.published, told.heard) == (MANY, MANY)
    assert len({published for published, _ in told.deliveries}) == MANY


async def test_who_is_not_told_is_missing_in_the_count(program: Path, tmp_path: Path) -> None:
    async with load(program, tmp_path, "desk", "desk", "elsewhere") as crowd:
        told = await crowd.publish([publishing("desk")] * EVENTS, seconds=0.1, patience=0.1)
    assert (told.published, told.heard) == (1, 2)


async def test_what_is_told_to_the_wrong_one_ends_it(program: Path, tmp_path: Path) -> None:
    async with load(program, tmp_path, "first", "second") as crowd:
        with pytest.raises(LoadError, match="socket 1 hears too much"):
            await crowd.publish([publishing("second")], each=True)


async def test_an_error_is_no_event(program: Path, tmp_path: Path) -> None:
    wrong = b'{"id":"1","type":"next","payload":{"data":null,"errors":[{"message":"no"}]}}'
    async with load(program, tmp_path, "desk") as crowd:
        with pytest.raises(LoadError, match='"errors"'):
            await crowd.publish([publishing("desk", wrong)])
