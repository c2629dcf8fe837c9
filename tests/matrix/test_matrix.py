"""Who sees what and may what: the whole SDL, each viewer, compared with the committed table."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from tortoise.expressions import Q

from models.enums import Party
from models.masking import IN_FULL, Datum
from subscriptions.feeds import SUBMITTED
from tests.conftest import Served
from tests.matrix.acts import Acts
from tests.matrix.reads import Reads
from tests.matrix.scene import FIRST_STATE, Scene, build
from tests.matrix.table import FILE, Matrix, differences, expected, named, read, written
from tests.matrix.walk import fields_of

SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"  # `make check`: it is what is served


@pytest.fixture
async def scene(served: Served, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return await build(served, monkeypatch)


@pytest.fixture(scope="module")
def sdl() -> GraphQLSchema:
    return build_schema(SDL.read_text("utf-8"))


async def walked(scene: Scene, sdl: GraphQLSchema) -> Matrix:
    """Every field, mutation and subscription, in every state."""
    reads, acts = Reads(scene, sdl), Acts(scene, sdl)
    matrix: Matrix = {}
    async for state in scene.states():
        matrix |= await reads.queries(state) | await reads.subscriptions(state)
        if state != "RETURNED":  # the unit and its institutions may what they may in a draft
            matrix |= await acts.of_applications(state)
    return matrix | await acts.of_accounts(state) | acts.told()


@pytest.mark.timeout(300)
async def test_everybody_sees_and_may_what_the_table_says_and_nothing_else(
    scene: Scene, sdl: GraphQLSchema, request: pytest.FixtureRequest
) -> None:
    found = await walked(scene, sdl)
    assert fields_of(sdl) <= {what for what, _, _ in found}
    if request.config.getoption("--write-matrix"):
        FILE.write_text(written(found), "utf-8")
    assert read(written(found)) == found
    assert differences(found, expected()) == []


def caught(found: Matrix) -> list[str]:
    """How a part of the matrix differs from its part of the table."""
    table = expected()
    return differences(found, {key: table[key] for key in found})


async def anything_goes(*_: object) -> None:
    """In the place of a right: nobody is refused."""


async def test_a_planted_leak_is_caught(
    scene: Scene, sdl: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, acts, state = Reads(scene, sdl), Acts(scene, sdl), FIRST_STATE
    await scene.claim()
    assert caught(await reads.queries(state, ["application"])) == []
    with monkeypatch.context() as patch:
        patch.setattr("resolvers.scope._mine", lambda _actor: Q())
        lines = caught(await reads.queries(state, ["application", "applications"]))
    assert "Query.application application SUBMITTED: stranger - -> told" in lines
    assert "Application.number applications SUBMITTED: other - -> full" in lines
    assert "Application.number applications SUBMITTED: visitor - -> full" in lines
    with monkeypatch.context() as patch:
        patch.setitem(IN_FULL, Datum.ID_NUMBER, frozenset(Party))
        lines = caught(await reads.queries(state, ["application"]))
    assert "LegalCardStep.idNumber application SUBMITTED: centre masked -> full" in lines
    assert "Operator.idNumber application SUBMITTED: maker masked -> full" in lines
    assert all(".idNumber " in line for line in lines), lines
    with monkeypatch.context() as patch:
        patch.setattr("resolvers.editing.permit_to", anything_goes)
        lines = caught(await acts.tried(["saveUnit"], state))
    assert "Mutation.saveUnit mutation SUBMITTED: issuer FORBIDDEN -> past" in lines
    with monkeypatch.context() as patch:
        patch.setattr("schema.subscription.institution_events", lambda _actor: SUBMITTED)
        lines = caught(await reads.subscriptions(state))
    assert (
        "Subscription.incomingApplications incomingApplications SUBMITTED: stranger - -> told"
        in lines
    )


def test_a_field_without_a_row_and_a_row_without_a_field_are_differences() -> None:
    table = expected()
    (key, words), *rest = table.items()
    assert differences(table, table) == []
    assert differences(table, dict(rest)) == [
        f"{' '.join(key)}: no row is committed; found {named(words)}"
    ]
    assert differences(dict(rest), table) == [f"{' '.join(key)}: a row of what is not there"]


def test_every_field_of_the_sdl_has_a_row_and_a_new_one_has_none(sdl: GraphQLSchema) -> None:
    rows = {what for what, _, _ in expected()}
    assert fields_of(sdl) <= rows
    text = SDL.read_text("utf-8").replace("type Operator {", "type Operator { salary: String")
    assert fields_of(build_schema(text)) - rows == {"Operator.salary"}
