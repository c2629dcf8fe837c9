"""Whether a valid operation is executed: what it costs against what who asks may spend."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from models.refusals import Refused, refuse
from schema.context import Context
from schema.cost import Price, pages_of, price
from schema.errors import graphql_error
from schema.prices import BUDGETS


class Admission(SchemaExtension):
    """Refuses what costs too much (COST_LIMIT), and tells the cost with every answer.

    Stands behind the validation: what it prices is valid.
    """

    _cost: dict[str, Any] | None = None

    async def on_validate(self) -> AsyncIterator[None]:
        here = self.execution_context
        if not here.pre_execution_errors:
            try:
                await self._admit(here.context)
            except Refused as refused:
                error = graphql_error(refused.refusals[0], here.context.language)
                here.pre_execution_errors = [error]
        yield

    async def _admit(self, context: Context) -> None:
        """Raise Refused."""
        here = self.execution_context
        asking = replace(context, known=(await context.holder(),))
        stays = here.operation_type is OperationType.QUERY
        here.context = asking if stays else replace(context, known=None)
        viewer = await asking.viewer()
        asked, limit = self._price(), BUDGETS[viewer.role if viewer else None]
        self._cost = {"requested": asked.cost, "limit": limit}
        if asked.cost > limit:
            raise refuse("COST_LIMIT", cost=asked.cost, limit=limit)

    def _price(self) -> Price:
        here = self.execution_context
        document: Any = here.graphql_document
        schema: Any = here.schema
        return price(schema._schema, document, here.operation_name, pages_of(here.variables))  # noqa: SLF001 - Strawberry's name for it

    def get_results(self) -> dict[str, Any]:
        """Not with each event of a subscription, whose price was judged when it began."""
        watches = self._cost and self.execution_context.operation_type is OperationType.SUBSCRIPTION
        return {"cost": self._cost} if self._cost and not watches else {}
