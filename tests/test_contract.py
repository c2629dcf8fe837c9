"""What outside clients rely on stays unbroken, and every word of the schema is explained."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, find_breaking_changes, parse, validate
from graphql.type import is_enum_type, is_specified_scalar_type

from models.texts import TEXTS
from schema.schema import SDL_FILE, sdl
from server.documents import limits, refusals

CONTRACT = Path(__file__).parent / "contract"
DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def served_schema() -> GraphQLSchema:
    return build_schema(SDL_FILE.read_text("utf-8"))


def test_the_committed_schema_is_the_served_one() -> None:
    assert SDL_FILE.read_text("utf-8") == sdl()


def test_nothing_that_clients_rely_on_is_broken(served_schema: GraphQLSchema) -> None:
    core = build_schema((CONTRACT / "core.graphql").read_text("utf-8"))
    assert find_breaking_changes(core, served_schema) == []


def test_the_documents_that_clients_send_are_valid(served_schema: GraphQLSchema) -> None:
    operations = parse((CONTRACT / "operations.graphql").read_text("utf-8"))
    assert validate(served_schema, operations) == []


def test_every_type_field_and_argument_has_a_description(served_schema: GraphQLSchema) -> None:
    assert list(_undescribed(served_schema)) == []


def _undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(type_):
            continue
        if not type_.description:
            yield name
        if is_enum_type(type_):
            continue
        for field_name, field in getattr(type_, "fields", {}).items():
            if not field.description:
                yield f"{name}.{field_name}"
            for argument_name, argument in getattr(field, "args", {}).items():
                if not argument.description:
                    yield f"{name}.{field_name}({argument_name})"


def test_every_mutation_that_takes_something_takes_one_input(served_schema: GraphQLSchema) -> None:
    assert served_schema.mutation_type is not None
    for field in served_schema.mutation_type.fields.values():
        assert list(field.args) in ([], ["input"])


def test_the_page_of_refusals_is_the_table_of_texts() -> None:
    page = (DOCS / "refusals.md").read_text("utf-8")
    assert page == refusals()
    assert all(f"`{code}`" in page for code in TEXTS)


def test_the_page_of_limits_is_the_tables() -> None:
    assert (DOCS / "limits.md").read_text("utf-8") == limits()
