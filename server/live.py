"""Live operations that many ask: found by what they ask and who sees it, executed once for all."""

import json
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from strawberry.schema import BaseSchema

from models.actor import Actor
from models.event import Event
from models.texts import Language
from schema.context import Context
from schema.live import Telling, Watch
from schema.sharing import sharing_of
from server.frames import Words
from subscriptions.figures import LiveFigures
from subscriptions.group import Group, Groups
from subscriptions.hub import Hub


class NotToldError(Exception):
    """An event could not be put into words: the database is away, or worse."""


@dataclass(frozen=True)
class Asked:
    """An operation as its client sent it."""

    query: str
    variables: dict[str, Any]
    name: str | None


class LiveOperations:
    """The shared ones of a process.

    :param context: makes what an operation is executed with, for nobody
    :param encode: the text of an answer
    """

    def __init__(
        self,
        schema: BaseSchema,
        hub: Hub,
        figures: LiveFigures,
        context: Callable[[], Context],
        encode: Callable[[object], str],
    ) -> None:
        self._schema: Any = schema
        self._context, self._encode = context, encode
        self.groups: Groups[Words] = Groups(hub, figures)

    def is_shared(self, query: str) -> bool:
        """Whether the operation of a valid document may be executed for many."""
        return sharing_of(self._schema._schema, query).is_shared  # noqa: SLF001 - Strawberry's name for it

    def group(self, asked: Asked, watch: Watch, scope: Actor, language: Language) -> Group[Words]:
        """All who ask the same, see the same (`scope`: anybody of them), and read the same
        language. To be joined at once.
        """
        cursors = sharing_of(self._schema._schema, asked.query).cursors  # noqa: SLF001
        variables = {name: told for name, told in asked.variables.items() if name not in cursors}
        told = json.dumps(variables, sort_keys=True)
        context = replace(self._context(), language=language, known=(scope,))
        key = (asked.query, told, asked.name, language, scope)
        return self.groups.of(key, watch.audience, _Words(self, asked, context))

    async def words(self, asked: Asked, context: Context, event: Event) -> Words | None:
        """What is told of an event. Raises NotToldError."""
        source = await self._schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=replace(context, live=Telling(event)),
            operation_name=asked.name,
        )
        async with aclosing(source) as results:
            async for result in results:
                return Words(self._encode(_payload(result)).encode())
        return None


@dataclass(frozen=True)
class _Words:
    """Puts events into the words of one operation."""

    live: LiveOperations
    asked: Asked
    context: Context

    async def __call__(self, event: Event) -> Words | None:
        return await self.live.words(self.asked, self.context, event)


def _payload(result: Any) -> dict[str, Any]:
    if result.data is None:
        raise NotToldError([error.message for error in result.errors or ()])
    told = {"data": result.data}
    if result.errors:
        told["errors"] = [error.formatted for error in result.errors]
    return told
