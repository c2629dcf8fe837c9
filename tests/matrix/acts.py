"""Which right each viewer is refused, by every mutation aimed at the first unit's things."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_required_input_field,
)

from tests.matrix.scene import VIEWERS, Scene
from tests.matrix.table import Matrix, by_viewer
from tests.matrix.walk import Walk, sightings

RIGHTS = {"NOT_SIGNED_IN", "NOT_FOUND", "FORBIDDEN", "CARD_NEEDED", "ENTERPRISES_ONLY"}
"""The codes by which a right is refused; with any other the right has been passed."""
PAST = "past"
EDITABLE = {"DRAFT", "RETURNED"}
SEEN_ELSEWHERE = frozenset({"Application", "Operator", "Attachment", "OperatorAccount"})
OF_THE_STATE = {"startApplication", "createOperatorAccount"}
"""What names no application and depends on one."""
LAST = ("acceptApplication", "revokeSession", "revokeOtherSessions", "logout")
"""What changes the scene when it is done comes when all others have been tried."""
UNITS = ("password", "owner")
ORDER = tuple(who for who in reversed(VIEWERS) if who not in UNITS) + UNITS
"""Who may most comes last."""
# fmt: off
TOLD: dict[str, Any] = {
    "version":     -1,  # nobody's: the act ends behind its right
    "contentType": "image/png",
    "fileName":    "a.png",
    "size":        1,
}
# fmt: on
ENUMS = {"AttachmentKind": "OPERATOR_ID"}  # a paper of no operator: it ends behind its right


class Acts:
    """The acting half of the matrix."""

    def __init__(self, scene: Scene, schema: GraphQLSchema) -> None:
        assert schema.mutation_type is not None
        self._scene, self._schema = scene, schema
        self._fields = schema.mutation_type.fields
        self._told: dict[str, dict[str, bool]] = defaultdict(dict)

    async def of_applications(self, state: str) -> Matrix:
        names = [name for name in self._fields if self._is_of_state(name)]
        return await self.tried(sorted(names, key=LAST.__contains__), state)

    async def of_accounts(self, state: str) -> Matrix:
        names = [name for name in self._fields if not self._is_of_state(name)]
        matrix = await self.tried([name for name in names if name not in LAST], state)
        ends = [name for name in LAST if name in names]
        words: dict[str, dict[str, str]] = defaultdict(dict)
        for who in ORDER:
            await self._spare_session()
            await self._scene.viewers[who].renew()
            for name in ends:
                words[name][who] = await self._word(who, name)
        return matrix | {_key(name, state): by_viewer(words[name]) for name in ends}

    def told(self) -> Matrix:
        """Of the payloads' own fields: whether they ever told something to whom."""
        return {
            (place, "mutation", "any"): by_viewer(
                {who: "told" if seen.get(who) else "-" for who in VIEWERS}
            )
            for place, seen in self._told.items()
        }

    def _is_of_state(self, name: str) -> bool:
        fields = self._input_fields(name)
        return name in OF_THE_STATE or bool({"applicationId", "attachmentId"} & set(fields))

    def _input_fields(self, name: str) -> dict[str, Any]:
        argument = self._fields[name].args.get("input")
        return dict(get_named_type(argument.type).fields) if argument else {}

    async def tried(self, names: list[str], state: str) -> Matrix:
        """These mutations, each by everybody."""
        matrix: Matrix = {}
        for name in names:
            words = {}
            paper = self._scene.ids["attachmentId"]
            for who in ORDER:
                if name == "removeAttachment" and who in UNITS and state in EDITABLE:
                    await self._spare_paper()
                words[who] = await self._word(who, name)
            self._scene.ids["attachmentId"] = paper
            matrix[_key(name, state)] = by_viewer(words)
        return matrix

    async def _spare_paper(self) -> None:
        """One to be removed, so that none of the scene's is."""
        unit = self._scene.unit
        paper = {"kind": "BUSINESS_LICENCE", "fileName": "a.png", "contentType": "image/png"}
        payload = await unit.client.do(
            "PrepareAttachment", applicationId=unit.id, operatorId=None, size=1, **paper
        )
        self._scene.ids["attachmentId"] = payload["attachment"]["id"]

    async def _spare_session(self) -> None:
        """One of the first unit's to be revoked, so that nobody's of the scene is."""
        viewer = self._scene.viewers["password"]
        await viewer.renew()
        seen = await viewer.client.query("{ viewer { sessions { id current } } }")
        current = next(row["id"] for row in seen["viewer"]["sessions"] if row["current"])
        self._scene.ids["sessionId"] = current

    async def _word(self, who: str, name: str) -> str:
        """The right that is refused, or that it was passed; `!` when something was told as well."""
        payload = await self._attempted(who, name)
        codes = {error["code"] for error in payload["errors"]} & RIGHTS
        if not codes:
            return PAST
        rest = {key: value for key, value in payload.items() if key not in ("errors", "__typename")}
        return "+".join(sorted(codes)) + "!" * any(value is not None for value in rest.values())

    async def _attempted(self, who: str, name: str) -> dict[str, Any]:
        field, walk = self._fields[name], Walk(self._schema, SEEN_ELSEWHERE)
        selection = walk.below(get_named_type(field.type).name)
        text, variables = self._document(name, field, who)
        answer = await self._scene.viewers[who].client.post(text + selection + " }", variables)
        assert "errors" not in answer, (name, who, answer)
        payload: dict[str, Any] = answer["data"][name]
        self._keep(who, walk, payload)
        return payload

    def _document(self, name: str, field: GraphQLField, who: str) -> tuple[str, dict[str, Any]]:
        if "input" not in field.args:
            return f"mutation {{ {name} ", {}
        type_ = field.args["input"].type
        return (
            f"mutation($input: {type_}) {{ {name}(input: $input) ",
            {"input": self._input(get_named_type(type_), who)},
        )

    def _input(self, type_: Any, who: str) -> dict[str, Any]:
        """The least that is well formed."""
        required = (
            (name, field.type)
            for name, field in type_.fields.items()
            if is_required_input_field(field)
        )
        return {name: self._value(name, of, who) for name, of in required}

    def _value(self, name: str, type_: Any, who: str) -> Any:
        if name in self._scene.ids:
            return self._scene.ids[name]
        if name == "password":
            return self._scene.viewers[who].password
        if name in TOLD:
            return TOLD[name]
        return self._least(get_nullable_type(type_), who)

    def _least(self, type_: Any, who: str) -> Any:
        if is_list_type(type_):
            return []
        if is_enum_type(type_):
            return ENUMS.get(type_.name) or next(iter(type_.values))
        if is_input_object_type(type_):
            return self._input(type_, who)
        return False if type_.name == "Boolean" else "x"

    def _keep(self, who: str, walk: Walk, payload: Any) -> None:
        seen = sightings(payload)
        for place in self._own(walk):
            told = any(value is not None for value in seen.get(place, []))
            self._told[place][who] = self._told[place].get(who, False) or told

    def _own(self, walk: Walk) -> Iterator[str]:
        return (place for place in walk.places if place.split(".")[0] not in SEEN_ELSEWHERE)


def _key(name: str, state: str) -> tuple[str, str, str]:
    return (f"Mutation.{name}", "mutation", state)
