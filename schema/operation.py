from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from models.texts import say


class OneOperation(SchemaExtension):
    """What is executed is one operation, and its transport carries its results.

    A document of several needs `operationName` (GraphQL specification, GetOperation); a
    subscription has many results, and plain HTTP has one.
    """

    def on_execute(self) -> Iterator[None]:
        if self._is_open():
            raise GraphQLError("Say by operationName which of the operations is meant")
        here = self.execution_context
        if here.operation_type is OperationType.SUBSCRIPTION and not here.context.streams:
            code = "SUBSCRIPTION_NEEDS_WEBSOCKET"
            raise GraphQLError(say(code, here.context.language), extensions={"code": code})
        yield

    def _is_open(self) -> bool:
        document = self.execution_context.graphql_document
        named = self.execution_context._provided_operation_name  # noqa: SLF001 - operation_name guesses
        if named or document is None:
            return False
        return sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) > 1
