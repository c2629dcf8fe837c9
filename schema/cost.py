"""The price of an operation, by its document and the sizes of its pages alone; nothing is read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_composite_type,
    is_list_type,
)

from resolvers.paging import MOST, USUAL
from schema.limits import CACHED, is_kept
from schema.prices import ACT, COUNTED, PAYLOAD_ERRORS, SIZES

Pages: TypeAlias = tuple[tuple[str, int], ...]
Owner: TypeAlias = Any  # of a field: an object or an interface


@dataclass(frozen=True)
class Price:
    """`acts`: how often each mutation is in the operation."""

    cost: int
    acts: tuple[tuple[str, int], ...] = ()


def pages_of(variables: Mapping[str, Any] | None) -> Pages:
    """Those of `variables` that may be sizes of pages, each no more than a page can have."""
    told = sorted((variables or {}).items())
    return tuple((name, _within(value)) for name, value in told if _is_number(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _within(number: float) -> int:
    return int(min(MOST, max(0, number)))


def price(schema: GraphQLSchema, document: DocumentNode, name: str | None, pages: Pages) -> Price:
    """Of the operation `name` of a valid document."""
    found = _cached_price if is_kept(document) else _price
    return found(schema, document, name, pages)


def _price(schema: GraphQLSchema, document: DocumentNode, name: str | None, pages: Pages) -> Price:
    operation = get_operation_ast(document, name)
    root = schema.get_root_type(operation.operation) if operation else None
    if operation is None or root is None:
        return Price(0)
    pricing = _Pricing(schema, document, {**_defaults(operation), **dict(pages)})
    acts = pricing.names(root, operation) if root is schema.mutation_type else Counter()
    return Price(pricing.below(root, [operation.selection_set]), tuple(acts.items()))


_cached_price = lru_cache(maxsize=CACHED)(_price)


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    told = (
        (node.variable.name.value, node.default_value)
        for node in operation.variable_definitions or ()
    )
    return {name: _within(int(v.value)) for name, v in told if isinstance(v, IntValueNode)}


class _Pricing:
    """One operation. Fields of one name in one place are one, as they are when executed."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, pages: Mapping[str, int]
    ) -> None:
        self._schema = schema
        self._pages = pages
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def below(self, owner: Owner, selected: Iterable[SelectionSetNode], page: int = USUAL) -> int:
        """What is selected of one `owner`; `page`: how many nodes it has, if it is a page."""
        found: dict[str, tuple[Owner, list[FieldNode]]] = {}
        for selection in selected:
            self._collect(owner, selection, found)
        return sum(self._field(owner, nodes, page) for owner, nodes in found.values())

    def names(self, owner: GraphQLObjectType, operation: OperationDefinitionNode) -> Counter[str]:
        """How often each field is in an operation's root, under whatever alias."""
        found: dict[str, tuple[Owner, list[FieldNode]]] = {}
        self._collect(owner, operation.selection_set, found)
        return Counter(nodes[0].name.value for _, nodes in found.values())

    def _collect(
        self,
        owner: Owner,
        selection: SelectionSetNode,
        found: dict[str, tuple[Owner, list[FieldNode]]],
    ) -> None:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                found.setdefault(key, (owner, []))[1].append(node)
                continue
            inside: Any = node
            if isinstance(node, FragmentSpreadNode):
                inside = self._fragments[node.name.value]
            condition = inside.type_condition
            within = self._schema.type_map[condition.name.value] if condition else owner
            self._collect(within, inside.selection_set, found)

    def _field(self, owner: Owner, nodes: list[FieldNode], page: int) -> int:
        name = nodes[0].name.value
        field = None if name.startswith("__") else owner.fields[name]
        if field is None or not is_composite_type(get_named_type(field.type)):
            return 0
        selected = [node.selection_set for node in nodes if node.selection_set]
        inner = self._page(nodes[0]) if "first" in field.args else USUAL
        one = 1 + self.below(get_named_type(field.type), selected, inner)
        count = _count(owner, name, page) if is_list_type(get_nullable_type(field.type)) else 1
        act = ACT if owner is self._schema.mutation_type else 0
        return count * one + act + COUNTED.get(f"{owner.name}.{name}", 0)

    def _page(self, node: FieldNode) -> int:
        told = next((a.value for a in node.arguments or () if a.name.value == "first"), None)
        if isinstance(told, IntValueNode):
            return _within(int(told.value))
        return self._pages.get(told.name.value, USUAL) if isinstance(told, VariableNode) else USUAL


def _count(owner: Owner, name: str, page: int) -> int:
    """How many items a list has, or is taken to have."""
    if name == "nodes":
        return page
    return PAYLOAD_ERRORS if name == "errors" else SIZES.get(f"{owner.name}.{name}", USUAL)
