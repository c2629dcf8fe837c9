"""An operation has a price before it is executed, and who asks may spend so much."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    parse,
    validate,
)

from models.enums import Role
from schema import cost as costing
from schema import limits
from schema.cost import pages_of, price
from schema.prices import BUDGETS, SIZES
from schema.schema import build_schema
from tests.client import OPERATIONS
from tests.conftest import Served

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DEMO = (ROOT / "client-examples" / "python" / "documents.graphql").read_text("utf-8")
FOR_VISITORS = {
    *("Regions", "Provinces", "Institutions", "MakersFor", "Makers", "Viewer"),
    *("RequestCaptcha", "SendSmsCode", "Register", "Login", "CardChallenge", "CardLogin"),
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema()._schema


def cost(schema: GraphQLSchema, document: str, **variables: Any) -> int:
    told = parse(document)
    assert validate(schema, told) == []
    return price(schema, told, None, pages_of(variables)).cost


MAKER = "fragment F on Application { maker { name } }"
# fmt: off
PRICES = {
    "{ viewer { username } }":                                                     1,
    "{ __typename viewer { __typename } }":                                        1,
    "{ a: viewer { name } b: viewer { name } }":                                   2,
    "{ viewer { name } viewer { role } ...F } fragment F on Query { viewer { name } }": 1,
    "{ viewer { enterprise { id operatorAccounts { id } } } }":                    2 + 20,
    "{ applications { totalCount } }":                                             1,
    "{ applications { nodes { id } } }":                                           1 + 20,
    "{ applications(first: 7) { nodes { id } } }":                                 1 + 7,
    "{ applications(first: 0) { nodes { maker { id } } } }":                       1,
    "{ applications(first: 100000) { nodes { id } } }":                            1 + 100,
    "{ applications(first: 5) { nodes { maker { id } ...F } } } " + MAKER:        1 + 5 * 2,
    "{ applications(first: 5) { nodes { timeline(first: 3) { nodes { cursor } } } } }": 1 + 5 * 5,
    "query($n: Int) { institutions(first: $n) { nodes { id } } }":                 1 + 20,
    "query($n: Int = 4) { institutions(first: $n) { nodes { id } } }":             1 + 4,
    "mutation { logout { errors { code } } }":                                     10 + 1 + 2,
    "subscription { enterpriseEvents { application { id maker { id } } } }":       3,
}
# fmt: on


@pytest.mark.parametrize("document", PRICES)
def test_a_price_is_the_objects_of_the_answer(schema: GraphQLSchema, document: str) -> None:
    assert cost(schema, document) == PRICES[document]


@pytest.mark.parametrize(
    ("told", "nodes"), [(3, 3), (500, 100), (-1, 0), (2.0, 2), (None, 20), (float("nan"), 0)]
)
def test_a_page_by_a_variable_costs_what_it_may_have(
    schema: GraphQLSchema, told: float | None, nodes: int
) -> None:
    document = "query($n: Int) { institutions(first: $n) { nodes { id } } }"
    assert cost(schema, document, n=told) == 1 + nodes


def test_how_often_each_act_is_asked_for_is_known(schema: GraphQLSchema) -> None:
    document = parse("mutation { a: logout { errors { code } } ...F } " + MORE)
    assert price(schema, document, None, ()).acts == (("logout", 2), ("requestCaptcha", 1))


MORE = """fragment F on Mutation { b: logout { errors { code } }
    requestCaptcha { errors { code } } }"""


def _lists(schema: GraphQLSchema) -> Iterator[str]:
    for owner in schema.type_map.values():
        for name, field in getattr(owner, "fields", {}).items():
            listed = hasattr(field, "args") and is_list_type(get_nullable_type(field.type))
            if listed and is_composite_type(get_named_type(field.type)):
                yield f"{owner.name}.{name}"


def test_every_list_without_pages_has_a_size(schema: GraphQLSchema) -> None:
    found = {name for name in _lists(schema) if not name.startswith("__")}
    assert {name for name in found if not name.endswith((".nodes", ".errors"))} == set(SIZES)


@pytest.mark.parametrize("text", [OPERATIONS, DEMO])
def test_what_clients_send_is_within_the_smallest_budget_that_may_use_it(
    schema: GraphQLSchema, text: str
) -> None:
    document = parse(text)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and node.name:
            name = node.name.value
            role = None if name in FOR_VISITORS else Role.ENTERPRISE_ADMIN
            whole_page = pages_of({"first": 100})
            assert price(schema, document, name, whole_page).cost <= BUDGETS[role], name


def test_the_examples_of_the_readme_are_within_their_budget(schema: GraphQLSchema) -> None:
    examples = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        assert cost(schema, example.replace("…", "x")) <= BUDGETS[None]


DEAR = "{ applications(first: 100) { nodes { steps { fields { name } } cards { id } } } }"


async def test_what_costs_too_much_is_refused_with_both_figures_and_the_rest_tells_its_cost(
    served: Served,
) -> None:
    visitor = served.visitor()
    unit = await served.unit()
    asked = 1 + 100 * (1 + 6 * 11 + 10)
    dear = await visitor.post(DEAR, language="en")
    (error,) = dear["errors"]
    assert "data" not in dear
    assert error["extensions"] == {
        "code": "COST_LIMIT",
        "path": [],
        "cost": asked,
        "limit": BUDGETS[None],
    }
    assert dear["extensions"]["cost"] == {"requested": asked, "limit": BUDGETS[None]}
    answer = await unit.client.post(DEAR)
    assert "errors" not in answer
    limit = BUDGETS[Role.ENTERPRISE_ADMIN]
    assert answer["extensions"]["cost"] == {"requested": asked, "limit": limit}
    async with visitor.socket({}) as socket:
        message = await (await socket.subscribe(DEAR)).message()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "COST_LIMIT"
        told = await (await socket.subscribe("{ regions { code } }")).message()
        assert told["payload"]["extensions"]["cost"]["requested"] == 40


async def test_an_operation_that_signs_out_and_goes_on_goes_on_as_nobody(served: Served) -> None:
    unit = await served.unit()
    document = """mutation { logout { errors { code } }
        startApplication(input: { kind: NEW_CARDS }) { errors { code } } }"""
    told = await unit.client.query(document)
    assert told["startApplication"]["errors"] == [{"code": "NOT_SIGNED_IN"}]


async def test_long_documents_are_not_kept_and_longer_ones_refused(served: Served) -> None:
    """What anybody may send must not fill the memory."""
    caches = (limits._cached_too_big, costing._cached_price)
    visitor = served.visitor()
    for cache in caches:
        cache.cache_clear()
    for number in range(3):
        blanks = " " * limits.LONGEST_CACHED
        assert "errors" not in await visitor.post(f"{{ e{number}: __typename }} #{blanks}")
    assert [cache.cache_info().currsize for cache in caches] == [0, 0]
    assert "errors" not in await visitor.post("{ short: __typename }")
    assert [cache.cache_info().currsize for cache in caches] == [1, 1]
    answer = await visitor.post("{ __typename } #" + " " * limits.LONGEST)
    assert "too long" in answer["errors"][0]["message"]
