"""How much one document may ask for, judged before it is validated: validating is what a hostile
document makes expensive.

An operation is walked with every fragment in its place, and no further than the limits: a chain of
fragments that spread the next one twice would otherwise take longer than the sun will shine.
"""

from collections import Counter
from functools import lru_cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)

MOST_TOKENS = 4000
LIMITS = {
    "depth": 12,  # fields within fields, not counting introspection's
    "fields": 2000,
    "aliases": 100,
    "overlaps": 2000,  # pairs of fields of one name in one place: each pair is compared
    "selections": 4000,  # fields, fragments and their spreads
    "nesting": 64,  # selections within selections
}
CACHED = 200  # documents
LONGEST_CACHED = 12_288  # characters
"""What is found out about longer documents is not kept: a cache of them would be anybody's to fill."""
LONGEST = 65_536  # characters, blanks and comments among them

Path = tuple[str, ...]


class _TooBig(Exception):
    """The name of the limit."""


class _Walk:
    """One operation, walked until it ends or is too big."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._counts: Counter[str] = Counter()
        self._names: Counter[Path] = Counter()

    def selections(
        self, selected: SelectionSetNode | None, path: Path, spread: Path, depth: int, nesting: int
    ) -> None:
        """`spread`: the fragments that one is in, so that a cycle (told by another rule) ends."""
        self._at_most("nesting", nesting)
        for node in selected.selections if selected else ():
            self._count("selections")
            if isinstance(node, FieldNode):
                self._field(node, path, spread, depth, nesting)
            elif not isinstance(node, FragmentSpreadNode):
                self.selections(node.selection_set, path, spread, depth, nesting + 1)  # type: ignore[attr-defined]
            elif node.name.value not in spread and (found := self._fragments.get(node.name.value)):
                inside = (*spread, node.name.value)
                self.selections(found.selection_set, path, inside, depth, nesting + 1)

    def _field(self, node: FieldNode, path: Path, spread: Path, depth: int, nesting: int) -> None:
        self._count("fields")
        self._count("aliases", node.alias is not None)
        place = (*path, (node.alias or node.name).value)
        self._count("overlaps", self._names[place])
        self._names[place] += 1
        plain = not any(name.startswith("__") for name in place)
        self._at_most("depth", depth + plain)
        self.selections(node.selection_set, place, spread, depth + plain, nesting + 1)

    def _count(self, what: str, more: int = 1) -> None:
        self._counts[what] += more
        self._at_most(what, self._counts[what])

    @staticmethod
    def _at_most(what: str, found: int) -> None:
        if found > LIMITS[what]:
            raise _TooBig(what)


def is_kept(document: DocumentNode) -> bool:
    """Whether what is found out about it is kept for the next time."""
    return document.loc is not None and document.loc.end <= LONGEST_CACHED


def too_big(document: DocumentNode) -> GraphQLError | None:
    """What is too much in an operation of `document`, or None."""
    return _cached_too_big(document) if is_kept(document) else _too_big(document)


def _too_big(document: DocumentNode) -> GraphQLError | None:
    if document.loc is None or document.loc.end > LONGEST:
        return GraphQLError(f"The document is too long: at most {LONGEST} characters")
    nodes = document.definitions
    fragments = {
        node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)
    }
    for node in nodes:
        if isinstance(node, OperationDefinitionNode):
            try:
                _Walk(fragments).selections(node.selection_set, (), (), 0, 0)
            except _TooBig as limit:
                name = str(limit)
                message = f"The operation is too big: at most {LIMITS[name]} ({name})"
                return GraphQLError(message, node)
    return None


_cached_too_big = lru_cache(maxsize=CACHED)(_too_big)
