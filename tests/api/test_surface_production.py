"""In production the schema is not told: neither when asked for nor by what errors suggest."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from graphql import get_introspection_query

from server.settings import Environment, Settings
from tests.conftest import Served


@pytest.fixture
async def production(settings: Settings, serve: Callable[[Settings], Any]) -> AsyncIterator[Served]:
    """The data of development, behind the door of production."""
    told = settings.model_copy(update={"env": Environment.PRODUCTION})
    async with serve(told) as running:
        yield running


ASKING = {
    "all": get_introspection_query(),
    "one type": '{ __type(name: "Viewer") { name } }',
    "in a fragment": "{ ...F } fragment F on Query { __schema { types { name } } }",
    "in a mutation": "mutation { __schema { types { name } } }",
}


async def test_the_schema_is_not_told_and_the_refusal_has_a_code(production: Served) -> None:
    visitor = production.visitor()
    async with visitor.socket({}) as socket:
        for document in ASKING.values():
            (error,) = (await visitor.post(document))["errors"]
            assert error["extensions"]["code"] == "INTROSPECTION_OFF"
            message = await (await socket.subscribe(document)).message()
            assert message["type"] == "error"
            assert message["payload"][0]["extensions"]["code"] == "INTROSPECTION_OFF"


async def test_typename_is_still_told(production: Served) -> None:
    answer = await production.visitor().query("{ __typename regions { __typename } }")
    assert answer["regions"][0]["__typename"] == "Region"


SUGGESTIVE: dict[str, tuple[str, dict[str, Any] | None]] = {
    "a field": ("{ viewers { name } }", None),
    "an argument": ("{ institutions(frist: 5) { totalCount } }", None),
    "a type": ("query($x: Strin) { institutions(search: $x) { totalCount } }", None),
    "a fragment": ("{ viewer { ...F } } fragment F on View { name }", None),
    "an enum": ('{ makers(regionCode: "1", scope: CROSS_REGIO) { id } }', None),
    "an input field": ('mutation { login(input: { usernam: "x" }) { errors { code } } }', None),
    "a variable": (
        "query($s: [ApplicationStatus!]) { applications(filter: { status: $s }) { totalCount } }",
        {"s": ["DRAF"]},
    ),
    "a field of a variable": (
        "mutation($i: LoginInput!) { login(input: $i) { errors { code } } }",
        {"i": {"username": "x", "password": "x", "consents": [], "passwort": "x"}},
    ),
}


async def test_an_error_does_not_suggest_what_else_there_is(production: Served) -> None:
    visitor = production.visitor()
    async with visitor.socket({}) as socket:
        for document, variables in SUGGESTIVE.values():
            answer = await visitor.post(document, variables)
            assert answer["errors"], document
            assert "Did you mean" not in str(answer)
            message = await (await socket.subscribe(document, variables)).message()
            assert "did you mean" not in str(message).lower()


async def test_in_development_it_does(served: Served) -> None:
    for document, variables in SUGGESTIVE.values():
        assert "Did you mean" in str(await served.visitor().post(document, variables)), document
