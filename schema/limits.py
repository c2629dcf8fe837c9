"""How much one document may ask for.

The measures are taken with every fragment in its place, but each fragment is measured only once:
a chain of fragments that spread the next one twice would otherwise take longer to measure than the
sun will shine.
"""

from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
)

MOST_TOKENS = 4000
LIMITS = {"depth": 12, "fields": 2000, "aliases": 100}


@dataclass(frozen=True)
class Measure:
    """Fields within fields (not counting introspection's), fields, and fields with an alias."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0

    def beside(self, other: "Measure") -> "Measure":
        return Measure(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
        )

    def within(self, field: FieldNode) -> "Measure":
        depth = 0 if field.name.value.startswith("__") else self.depth + 1
        return Measure(depth, self.fields + 1, self.aliases + (field.alias is not None))


NOTHING = Measure()


class LimitsRule(ASTValidationRule):
    """Unknown fragments and cycles are told by other rules."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._measured: dict[str, Measure] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> None:
        found = self._all(node.selection_set)
        for name, limit in LIMITS.items():
            if getattr(found, name) > limit:
                message = f"The operation is too big: at most {limit} ({name})"
                self.report_error(GraphQLError(message, node))

    def _all(self, selections: SelectionSetNode | None) -> Measure:
        found = NOTHING
        for node in selections.selections if selections else ():
            found = found.beside(self._one(node))
        return found

    def _one(self, node: Any) -> Measure:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        below = self._all(node.selection_set)
        return below.within(node) if isinstance(node, FieldNode) else below

    def _fragment(self, name: str) -> Measure:
        if name not in self._measured:
            self._measured[name] = NOTHING  # while it is measured: a cycle adds nothing
            fragment = self.context.get_fragment(name)
            self._measured[name] = self._all(fragment.selection_set) if fragment else NOTHING
        return self._measured[name]
