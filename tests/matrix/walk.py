"""From the served SDL to documents that ask for every field, and from answers to sightings."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_object_type,
)

Sightings: TypeAlias = dict[str, list[Any]]
"""`Type.field` to every value that was told of it, in order."""
STEADY = {
    "Attachment.url": "id",
    "PageInfo.startCursor": "__typename",
    "PageInfo.endCursor": "__typename",
}
"""What is told otherwise each time, and the field beside it that stands for it when it is told."""
NO_STOPS: frozenset[str] = frozenset()


class Walk:
    """Selections of everything below a type. A type within itself is asked for no second time: its
    fields have been asked for. Of a type in `stops` only the name is.
    """

    def __init__(self, schema: GraphQLSchema, stops: frozenset[str] = NO_STOPS) -> None:
        self._schema, self._stops = schema, stops
        self.places: set[str] = set()
        """Every `Type.field` that has been asked for."""

    def below(self, name: str) -> str:
        """The selection of all fields of the type `name`."""
        return self._selection(self._schema.type_map[name], frozenset())

    def _selection(self, owner: Any, above: frozenset[str]) -> str:
        if owner.name in above | self._stops:
            return "{ __typename }"
        inner = above | {owner.name}
        self.places |= {f"{owner.name}.{name}" for name in owner.fields if is_object_type(owner)}
        parts = [self._field(name, field, inner) for name, field in owner.fields.items()]
        if isinstance(owner, GraphQLInterfaceType):
            parts += [f"... on {one.name} {self._selection(one, inner)}" for one in self._of(owner)]
        return "{ __typename " + " ".join(parts) + " }"

    def _of(self, owner: GraphQLInterfaceType) -> list[GraphQLObjectType]:
        return list(self._schema.get_implementations(owner).objects)

    def _field(self, name: str, field: GraphQLField, above: frozenset[str]) -> str:
        named = get_named_type(field.type)
        return f"{name} {self._selection(named, above)}" if is_composite_type(named) else name


def sightings(data: Any) -> Sightings:
    """What an answer to such a document tells, by type and field."""
    seen: Sightings = defaultdict(list)
    for place, value in _values(data):
        seen[place].append(value)
    return seen


def _values(data: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(data, list):
        for item in data:
            yield from _values(item)
    elif isinstance(data, Mapping) and "__typename" in data:
        for name, value in data.items():
            if name != "__typename":
                place = f"{data['__typename']}.{name}"
                yield from _told(place, data[STEADY[place]] if value and place in STEADY else value)


def _told(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An object is told of as such; what is in it has places of its own."""
    items = value if isinstance(value, list) else [value]
    for item in items:
        yield place, item.get("__typename") if isinstance(item, Mapping) else item
    yield from _values(value)


def fields_of(schema: GraphQLSchema) -> set[str]:
    """Every `Type.field` of the SDL, those of the three roots apart."""
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    return {
        f"{owner.name}.{name}"
        for owner in schema.type_map.values()
        if is_object_type(owner) and owner not in roots and not owner.name.startswith("__")
        for name in owner.fields
    }
