"""Whether a valid operation is executed: what it costs against what who asks may spend."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from models.refusals import Refused, refuse
from models.texts import Language
from schema.context import Context
from schema.cost import Price, pages_of, price
from schema.errors import graphql_error
from schema.live import Telling
from schema.masking import internal
from schema.prices import BUDGETS


async def refusal(admitting: Awaitable[None], language: Language) -> GraphQLError | None:
    """Why an operation is not admitted; a bug is masked here, for nobody else would."""
    try:
        await admitting
    except Refused as refused:
        return graphql_error(refused.refusals[0], language)
    except Exception as error:  # noqa: BLE001 - logged with its reference
        return internal(error, language)
    return None


async def count_request(context: Context) -> None:
    """Raise Refused (RATE_LIMITED), before anything of the request is read."""
    holder = await context.holder()
    if not context.streams:  # one request is one operation
        context.known = (holder,)
    await context.meter.count(holder, "requests")


class Admission(SchemaExtension):
    """Refuses what costs too much at once (COST_LIMIT) or in a minute (RATE_LIMITED), and tells the cost with every answer.

    Stands behind the validation: what it prices is valid.
    """

    _cost: dict[str, Any] | None = None

    async def on_validate(self) -> AsyncIterator[None]:
        here = self.execution_context
        if not here.pre_execution_errors and not isinstance(here.context.live, Telling):
            error = await refusal(self._admit(here.context), here.context.language)
            if error:
                here.pre_execution_errors = [error]
        yield

    async def _admit(self, context: Context) -> None:
        """Raise Refused."""
        here = self.execution_context
        asking = replace(context, known=(await context.holder(),))
        if here.operation_type is OperationType.QUERY:
            here.context = asking
        else:  # what it signs in is its socket's
            context.known = None
        viewer = await asking.viewer()
        asked, limit = self._price(), BUDGETS[viewer.role if viewer else None]
        self._cost = {"requested": asked.cost, "limit": limit}
        if asked.cost > limit:
            raise refuse("COST_LIMIT", cost=asked.cost, limit=limit)
        await context.meter.count(viewer, "cost", asked.cost)
        for act, times in asked.acts:
            await context.meter.count(viewer, act, times)

    def _price(self) -> Price:
        here = self.execution_context
        document: Any = here.graphql_document
        schema: Any = here.schema
        return price(schema._schema, document, here.operation_name, pages_of(here.variables))  # noqa: SLF001 - Strawberry's name for it

    def get_results(self) -> dict[str, Any]:
        """Not with each event of a subscription, whose price was judged when it began."""
        watches = self._cost and self.execution_context.operation_type is OperationType.SUBSCRIPTION
        return {"cost": self._cost} if self._cost and not watches else {}
