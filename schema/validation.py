"""Judging a document before it is executed: its size first, then what it asks for, then its sense."""

from collections.abc import Iterator

from graphql import DocumentNode, GraphQLError
from strawberry.extensions import ValidationCache

from schema.introspection import refused_introspection
from schema.limits import CACHED, is_kept, too_big
from schema.policies import Policies


class BoundedValidation(ValidationCache):
    """Refuses what is too big, or asks for what is not told; validates, once a document, the rest."""

    def __init__(self, policies: Policies) -> None:
        super().__init__(CACHED)
        self._policies = policies

    def on_validate(self) -> Iterator[None]:
        document = self.execution_context.graphql_document
        found = self._refused(document) if document else None
        if found is None and document and is_kept(document):
            yield from super().on_validate()
            return
        if found is None:  # Strawberry validates it, and forgets it
            yield
            return
        self.execution_context.pre_execution_errors = [found]
        yield

    def _refused(self, document: DocumentNode) -> GraphQLError | None:
        found = too_big(document)
        if found or self._policies.introspection:
            return found
        return refused_introspection(document, self.execution_context.context.language)
