"""Which live operations are the same for all who see the same, and may be executed once for them.

An operation is shared if everything that it selects is in SHARED. Whatever else may be selected is
in OWN, with what it depends on, and makes the operation the viewer's own; so does a field that is in
neither table, and a test names it.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    parse,
    visit,
)

from schema.limits import CACHED

DEFINED_AND_USED = 2  # times that a variable is named

# fmt: off
SHARED: dict[str, frozenset[str]] = {
    "Subscription": frozenset({"applicationEvents", "enterpriseEvents", "incomingApplications"}),
    "ApplicationEvent": frozenset({
        "cursor", "type", "occurredAt", "actor", "fromStatus", "toStatus", "application",
        "returnReasons",
    }),
    "EventActor": frozenset({"role", "name"}),
    "ReturnReason": frozenset({"category", "code", "message", "path", "note", "hint"}),
    "Application": frozenset({
        "id", "number", "kind", "status", "version", "createdAt", "updatedAt", "submittedAt",
        "turn", "enterprise", "maker", "returnReasons",
    }),
    "Enterprise": frozenset({"id", "name", "unifiedSocialCreditCode", "hasLegalCard"}),
    "Institution": frozenset({
        "id", "code", "name", "roles", "hotline", "cardPhone", "fax", "address", "deliveryMethods",
        "region", "issuer",
    }),
    "Region": frozenset({"code", "name", "level", "isLeaf"}),
}
"""By type: what is the same for every account of one role, institution, unit and way of sign-in."""

OWN: dict[str, dict[str, str]] = {
    "Subscription": {
        "issuanceProgress":     "begins with the state of its moment",
        "deskClaims":           "its officer is there while it is open; tells which claims are the viewer's",
        "deskSummary":          "a state, which is counted once for its group already",
    },
    "Application": {
        "claim":                "tells whether it is the viewer's own",
        "availableActions":     "four eyes: who accepted may not approve",
        "steps":                "large, and rarely watched",
        "unit":                 "its addresses are told by the viewer's sight",
        "legalCard":            "that a person's data are looked at goes on the viewer's record",
        "operators":            "the same",
        "agent":                "the same",
        "delivery":             "the same",
        "remarks":              "the same",
        "attachments":          "their addresses are bound to the viewer's session",
        "verifications":        "large, and rarely watched",
        "acknowledgedWarnings": "large, and rarely watched",
        "timeline":             "large, and rarely watched",
        "cards":                "large, and rarely watched",
    },
    "Enterprise": {
        "operatorAccounts": "persons",
        "registeredBy":     "rarely watched",
        "licenceNumber":    "rarely watched",
    },
}
"""The others of the same types, and why they are not shared."""
# fmt: on


@dataclass(frozen=True)
class Sharing:
    """`is_shared`: nothing is selected but what is shared. `cursors`: the variables that say where
    to go on and nothing else; operations that differ in them alone are told the same.
    """

    is_shared: bool
    cursors: frozenset[str]


@lru_cache(maxsize=CACHED)
def sharing_of(schema: GraphQLSchema, query: str) -> Sharing:
    """Of a valid document; one of several operations is judged as a whole."""
    info = TypeInfo(schema)
    found = _Selected(info)
    visit(parse(query, no_location=True), TypeInfoVisitor(info, found))
    once = (name for name in found.cursors if found.variables[name] == DEFINED_AND_USED)
    return Sharing(found.is_shared, frozenset(once))


class _Selected(Visitor):
    """Looks at every field and variable, also those within fragments."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.is_shared = True
        self.variables: Counter[str] = Counter()
        self.cursors: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, name = self._info.get_parent_type(), node.name.value
        if parent is None or (name != "__typename" and name not in SHARED.get(parent.name, ())):
            self.is_shared = False
        elif parent.name == "Subscription":
            self.cursors |= {
                argument.value.name.value
                for argument in node.arguments or ()
                if argument.name.value == "after" and isinstance(argument.value, VariableNode)
            }

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables[node.name.value] += 1
