"""How long one operation may take."""

import asyncio
from collections.abc import AsyncIterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from models.texts import say
from schema.policies import Policies


class TimeLimit(SchemaExtension):
    """Ends a query or mutation that takes too long: OPERATION_TIMEOUT.

    What a query was reading is let go. An act that a mutation has begun goes on in its shelter: the
    client may look up what became of it; the fields behind it are not begun. A subscription lasts
    as long as it is watched.
    """

    def __init__(self, policies: Policies) -> None:
        self._seconds = policies.seconds

    async def on_execute(self) -> AsyncIterator[None]:
        if self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            yield
            return
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise self._told() from None

    def _told(self) -> GraphQLError:
        code = "OPERATION_TIMEOUT"
        facts = {"seconds": f"{self._seconds:g}"}
        message = say(code, self.execution_context.context.language, facts)
        return GraphQLError(message, extensions={"code": code})
