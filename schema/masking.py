"""Top-level errors: malformed requests are told as they are, bugs are masked with a reference."""

import logging
import secrets

from graphql import GraphQLError
from strawberry.extensions import MaskErrors

from models.refusals import Refused
from models.texts import Language, say
from schema.errors import extensions_of
from schema.introspection import unsuggestive
from schema.policies import Policies

log = logging.getLogger(__name__)

TOO_MUCH = (RecursionError, ValueError)
"""Raised before execution by a document that is more than Python takes in."""


class Masking(MaskErrors):
    """A refusal that has no payload to stand in (a page's cursor, a subscription) keeps its code.

    Anything else that was raised is a bug: the client gets a reference, the log the rest. Where the
    schema is not told, an error does not suggest what else is in it.
    """

    def __init__(self, policies: Policies) -> None:
        super().__init__(should_mask_error=self._is_rewritten)
        self._suggests = policies.introspection

    def _is_rewritten(self, error: GraphQLError) -> bool:
        return not self._suggests or _is_raised(error)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        language = getattr(self.execution_context.context, "language", Language.ZH)
        if error.path is None and isinstance(error.original_error, TOO_MUCH):
            return GraphQLError("The document is nested too deeply, or a number of it is too long")
        if isinstance(error.original_error, Refused):
            return _refused(error, error.original_error, language)
        if not _is_raised(error):
            return _rewritten(error, unsuggestive(error.message), error.extensions or {})
        return _masked(error, language)


def _is_raised(error: GraphQLError) -> bool:
    cause = error.original_error
    if cause is None or (isinstance(cause, GraphQLError) and cause.original_error is None):
        return False
    return not type(cause).__module__.startswith("strawberry.")


def _refused(error: GraphQLError, refused: Refused, language: Language) -> GraphQLError:
    refusal = refused.refusals[0]
    message = say(refusal.code, language, refusal.facts)
    return _rewritten(error, message, extensions_of(refusal))


def _masked(error: GraphQLError, language: Language) -> GraphQLError:
    told = internal(error.original_error, language)
    return _rewritten(error, told.message, told.extensions or {})


def internal(error: BaseException | None, language: Language) -> GraphQLError:
    """What the client is told of a bug; the log has the rest, by the reference."""
    reference = secrets.token_hex(6)
    log.error("internal error %s", reference, exc_info=error)
    message = say("INTERNAL", language, {"reference": reference})
    return GraphQLError(message, extensions={"code": "INTERNAL", "reference": reference})


def _rewritten(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
