from collections.abc import Iterator
from contextlib import suppress

from graphql import GraphQLSyntaxError
from strawberry.extensions import ParserCache

from schema.limits import LONGEST_CACHED


class PatientParserCache(ParserCache):
    """Keeps parsed documents; what cannot be parsed is left to the ordinary way of saying so.

    The parent raises a syntax error out of the extension, where it ends as a server error.
    """

    def on_parse(self) -> Iterator[None]:
        if len(self.execution_context.query or "") > LONGEST_CACHED:
            yield  # it is parsed the ordinary way, and forgotten
            return
        with suppress(GraphQLSyntaxError, RecursionError):
            self.execution_context.graphql_document = self.cached_parse_document(
                self.execution_context.query, **self.execution_context.parse_options
            )
        yield
