"""What each viewer is told of each field, by every query and every subscription."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import GraphQLSchema

from tests.client import Client, Socket, Watch
from tests.matrix.scene import FIRST_STATE, VIEWERS, Scene
from tests.matrix.table import TOLD, Matrix, by_viewer, word
from tests.matrix.walk import Sightings, Walk, sightings

# fmt: off
QUERIES = {
    "deskSummary":           "",
    "viewer":                "",
    "regions":               "",
    "institutions":          "(first: 2)",
    "makers":                '(regionCode: "110105", scope: CROSS_REGION)',
    "application":           "(id: $id)",
    "applications":          "(first: 2, order: OLDEST_FIRST)",
    "auditTrail":            '(first: 1, filter: { what: "submitApplication" })',
    "returnReasonCatalogue": "",
}
SUBSCRIPTIONS = {
    "deskClaims":           "",
    "deskSummary":          "",
    "applicationEvents":    '(applicationId: $id, after: "p0")',
    "enterpriseEvents":     '(after: "p0")',
    "incomingApplications": '(after: "p0")',
    "issuanceProgress":     "(applicationId: $id)",
}
# fmt: on
PUBLIC = {"regions", "institutions", "makers", "returnReasonCatalogue"}
"""The same in every state."""
QUIET = 6.0  # seconds without a message, after which a subscription has told what it has to tell
THE_OWNERS = "applicationEvents"
"""By which the owner sees what it may not watch by another subscription."""
REFUSED, SILENT = "errors", "-"


class Reads:
    """The reading half of the matrix, in one state of the scene."""

    def __init__(self, scene: Scene, schema: GraphQLSchema) -> None:
        self._scene, self._schema = scene, schema

    async def queries(self, state: str, names: Iterable[str] = ()) -> Matrix:
        """By all queries, or by those named."""
        matrix: Matrix = {}
        for name in names or self._names(self._schema.query_type):
            if name in PUBLIC and state != FIRST_STATE:
                continue
            walk, text = self._document("query", name, QUERIES)
            told = {who: await self._asked(who, text, name) for who in VIEWERS}
            owners = told["owner"][1]
            matrix.update(_rows(f"Query.{name}", name, state, walk, told, owners))
        return matrix

    async def subscriptions(self, state: str) -> Matrix:
        matrix: Matrix = {}
        names = self._names(self._schema.subscription_type)
        texts = {name: self._document("subscription", name, SUBSCRIPTIONS) for name in names}
        watched = await asyncio.gather(*(self._watched(who, texts) for who in VIEWERS))
        all_told = {
            name: {who: seen[index] for who, seen in zip(VIEWERS, watched, strict=True)}
            for index, name in enumerate(names)
        }
        for name, told in all_told.items():
            owners = told["owner"][1] or all_told[THE_OWNERS]["owner"][1]
            root, walk = f"Subscription.{name}", texts[name][0]
            matrix.update(_rows(root, name, state, walk, told, owners))
        return matrix

    def _names(self, root: Any) -> list[str]:
        return list(root.fields)

    def _document(self, kind: str, name: str, ways: Mapping[str, str]) -> tuple[Walk, str]:
        assert name in ways, f"{kind} {name} is new: say in tests/matrix how it is asked"
        root = getattr(self._schema, f"{kind}_type")
        type_ = root.fields[name].type
        while hasattr(type_, "of_type"):
            type_ = type_.of_type
        walk, head = Walk(self._schema), "($id: ID!)" if "$id" in ways[name] else ""
        return walk, f"{kind}{head} {{ {name}{ways[name]} {walk.below(type_.name)} }}"

    async def _asked(self, who: str, text: str, name: str) -> tuple[str, Sightings]:
        variables = {"id": self._scene.unit.id} if "$id" in text else {}
        answer = await self._client(who).post(text, variables)
        return self._seen(answer, name)

    def _seen(self, answer: Any, name: str) -> tuple[str, Sightings]:
        """A code, or whether anything was told, and what of the first unit's things."""
        if REFUSED in answer:
            return str(answer[REFUSED][0].get("extensions", {}).get("code", answer)), {}
        value = self._first_units((answer["data"] or {})[name])
        return SILENT if value in (None, []) else TOLD, sightings(value)

    def _first_units(self, value: Any) -> Any:
        """Without what is of other applications."""
        if isinstance(value, list):
            kept = [self._first_units(item) for item in value]
            return [item for item in kept if item is not None]
        if not isinstance(value, dict):
            return value
        about = value if value.get("__typename") == "Application" else value.get("application")
        if about and about.get("id", self._scene.unit.id) != self._scene.unit.id:
            return None
        return {name: self._first_units(item) for name, item in value.items()}

    def _client(self, who: str) -> Client:
        return self._scene.viewers[who].client

    async def _watched(
        self, who: str, texts: Mapping[str, tuple[Walk, str]]
    ) -> list[tuple[str, Sightings]]:
        client = self._client(who)
        async with client.socket(None if client.token else {}) as socket:
            return await asyncio.gather(
                *(self._followed(socket, text, name) for name, (_, text) in texts.items())
            )

    async def _followed(self, socket: Socket, text: str, name: str) -> tuple[str, Sightings]:
        variables = {"id": self._scene.unit.id} if "$id" in text else {}
        watch = await socket.subscribe(text, variables)
        events = []
        for message in await _messages(watch):
            code, _ = self._seen(message, name)
            if code not in {TOLD, SILENT}:
                return code, {}
            events.append(self._first_units(message["data"][name]))
        told = [event for event in events if event]
        return TOLD if told else SILENT, sightings(told)


async def _messages(watch: Watch) -> list[Any]:
    """What comes until nothing comes: there is always something, told or refused."""
    messages, patience = [], 20.0
    while True:
        try:
            message = await watch.message(patience)
        except TimeoutError:
            return messages
        if message["type"] == "complete":
            return messages
        payload = message["payload"]
        messages.append({REFUSED: payload} if message["type"] == "error" else payload)
        patience = QUIET


def _rows(
    root: str,
    way: str,
    state: str,
    walk: Walk,
    told: Mapping[str, tuple[str, Sightings]],
    owners: Sightings,
) -> Matrix:
    rows = {(root, way, state): by_viewer({who: code for who, (code, _) in told.items()})}
    for place in walk.places:
        words = {
            who: word(seen.get(place, []), owners.get(place, [])) for who, (_, seen) in told.items()
        }
        rows[place, way, state] = by_viewer(words)
    return rows
