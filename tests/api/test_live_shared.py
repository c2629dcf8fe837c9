"""Operations that many watch are executed once, and nobody is told another's."""

from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import pytest
from graphql import GraphQLObjectType
from websockets.typing import Subprotocol

from schema.schema import build_schema
from schema.sharing import OWN, SHARED, sharing_of
from server.live import LiveOperations
from tests.conftest import Served
from tests.watching import MINE, until, watching

OURS = [Subprotocol("graphql-transport-ws")]


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often each event was put into words."""
    times: Counter[int] = Counter()
    words = LiveOperations.words

    async def counted(self: LiveOperations, asked: Any, context: Any, event: Any) -> Any:
        times[event.id] += 1
        return await words(self, asked, context, event)

    monkeypatch.setattr(LiveOperations, "words", counted)
    return times


async def test_what_many_watch_is_executed_once_an_event(
    served: Served, executed: Counter[int]
) -> None:
    unit = await served.unit()
    async with watching(served, unit.client, 20, after="p0") as watches:
        await unit.start()
        for watch in watches:
            assert (await watch.next())["type"] == "STARTED"
        live = served.app.state.graphql.live
        assert len(live.groups) == 1
        assert set(executed.values()) == {1}
    await until(lambda: len(live.groups) == 0)


async def test_two_units_that_ask_the_same_are_told_only_their_own(
    served: Served, executed: Counter[int]
) -> None:
    one, other = await served.unit(), await served.unit()
    async with (
        watching(served, one.client, 3) as ours,
        watching(served, other.client, 3) as theirs,
    ):
        assert len(served.app.state.graphql.live.groups) == 2
        await one.start()
        for watch in ours:
            assert (await watch.next())["type"] == "STARTED"
        for watch in theirs:
            assert await watch.is_quiet(0.1)


DESK = """subscription { incomingApplications {
    cursor type application { number enterprise { name } } } }"""


async def test_no_bytes_go_to_another_institution_role_or_language(served: Served) -> None:
    """Everybody watches by one and the same text; each institution is told what is its own."""
    unit = await served.unit()
    names = ("tianjin", "shijiazhuang", "changchun")
    officers = {name: await served.officer(name) for name in names}
    async with AsyncExitStack() as stack:
        watches = {}
        for name, officer in officers.items():
            watches[name] = await stack.enter_async_context(
                watching(served, officer.client, 2, DESK)
            )
        assert len(served.app.state.graphql.live.groups) == len(names)
        await unit.start()
        await unit.fill()
        await unit.submit()
        for watch in watches["tianjin"]:
            assert (await watch.next())["application"]["enterprise"]["name"]
        for name in names[1:]:
            for watch in watches[name]:
                assert await watch.is_quiet(0.1)


async def test_what_depends_on_the_viewer_is_executed_for_each(
    served: Served, executed: Counter[int]
) -> None:
    unit = await served.unit()
    query = "subscription { enterpriseEvents { type application { availableActions } } }"
    async with watching(served, unit.client, 3, query) as watches:
        assert len(served.app.state.graphql.live.groups) == 0
        await unit.start()
        for watch in watches:
            told = await watch.next()
            assert "SUBMIT" in told["application"]["availableActions"]
    assert not executed


async def test_who_comes_later_with_a_cursor_joins_the_same(
    served: Served, executed: Counter[int]
) -> None:
    unit = await served.unit()
    async with watching(served, unit.client, 2) as first:
        await unit.start()
        cursor = (await first[0].next())["cursor"]
        await unit.client.do("Discard", applicationId=unit.id, version=unit.version)
        async with (
            watching(served, unit.client, 5, after=cursor) as later,
            watching(served, unit.client, 5, after="p0") as all_,
        ):
            assert len(served.app.state.graphql.live.groups) == 1
            for watch in later:
                assert (await watch.next())["type"] == "DISCARDED"
            for watch in all_:
                assert await watch.types(2) == ["STARTED", "DISCARDED"]
            await unit.start()
            for watch in [*later, *all_]:
                assert (await watch.next())["type"] == "STARTED"
                assert await watch.is_quiet(0.02)


def test_every_field_of_a_shared_type_is_said_to_be_shared_or_own() -> None:
    types = build_schema()._schema.type_map
    for name in SHARED:
        type_ = types[name]
        assert isinstance(type_, GraphQLObjectType)
        own = OWN.get(name, {})
        assert set(type_.fields) == SHARED[name] | set(own), name
        assert not SHARED[name] & set(own)


PART = "fragment E on ApplicationEvent"
DEEP = "subscription { enterpriseEvents { application { ... { operators { id } } } } }"
# fmt: off
DOCUMENTS: dict[str, tuple[bool, set[str]]] = {
    MINE: (True, {"after"}),
    "subscription($a: String) { enterpriseEvents(after: $a) { a: type } }": (True, {"a"}),
    PART + " { type } subscription { x: enterpriseEvents { ...E } }": (True, set()),
    PART + " { application { availableActions } } subscription { enterpriseEvents { ...E } }": (
        False, set()),
    DEEP: (False, set()),
    "subscription($a: ID!) { issuanceProgress(applicationId: $a) { done } }": (False, set()),
    """subscription($a: String, $b: Boolean!) {
        enterpriseEvents(after: $a) { type @skip(if: $b) cursor } }""": (True, {"a"}),
}
# fmt: on


@pytest.mark.parametrize("query", DOCUMENTS)
def test_what_is_shared_is_seen_in_the_document(query: str) -> None:
    found = sharing_of(build_schema()._schema, query)
    assert (found.is_shared, set(found.cursors)) == DOCUMENTS[query]
