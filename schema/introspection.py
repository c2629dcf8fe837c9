"""A schema that is not told: neither when asked for nor by the suggestions of errors."""

import re
from functools import lru_cache
from typing import Any

from graphql import BREAK, DocumentNode, FieldNode, GraphQLError, Visitor, visit

from models.texts import Language, say
from schema.limits import CACHED, is_kept

ASKING = frozenset({"__schema", "__type"})
"""`__typename` is no question about the schema: clients keep their caches by it."""
SUGGESTION = re.compile(r"\s*Did you mean [^?]*\?")


class _Asking(Visitor):
    found: FieldNode | None = None

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        if node.name.value in ASKING:
            self.found = node
            return BREAK
        return None


def _asking(document: DocumentNode) -> FieldNode | None:
    """The first field of `document` that asks for the schema."""
    visitor = _Asking()
    visit(document, visitor)
    return visitor.found


_cached_asking = lru_cache(maxsize=CACHED)(_asking)


def refused_introspection(document: DocumentNode, language: Language) -> GraphQLError | None:
    """What is told to a document that asks for the schema, or None."""
    found = _cached_asking(document) if is_kept(document) else _asking(document)
    if found is None:
        return None
    code = "INTROSPECTION_OFF"
    return GraphQLError(say(code, language), found, extensions={"code": code})


def unsuggestive(message: str) -> str:
    """`message` without what else might have been meant."""
    return SUGGESTION.sub("", message)
