"""In which type an answer is written, and with which status (GraphQL over HTTP, draft of 2025)."""

from datetime import datetime
from math import ceil

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from models.clock import now
from server.accept import weighed

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
ANY = frozenset({"*/*", "application/*"})


def media_type(accept: str) -> str | None:
    """What the client wants most; None when it takes neither type.

    Who says nothing, or only `*/*`, gets plain JSON; who takes both alike, the type of its own.
    """
    wanted = list(weighed(accept if accept.strip() else "*/*"))
    named = {value: weight for value, weight in wanted if value in (RESPONSE, JSON)}
    if named:
        return max((RESPONSE, JSON), key=lambda name: named.get(name, 0.0))
    return JSON if any(value in ANY for value, _ in wanted) else None


def is_request_error(result: ExecutionResult) -> bool:
    """Whether nothing was executed: the document or its variables are wrong.

    Such an answer has no `data`; an error of a field, which has a path, leaves one (GraphQL
    specification, section 7.1).
    """
    return result.data is None and all(_is_early(error) for error in result.errors or ())


def _is_early(error: GraphQLError) -> bool:
    return error.path is None


STATUS = {"OPERATION_TIMEOUT": 503, "RATE_LIMITED": 429}
"""By the code of the error that kept the operation from having data; 400 for any other."""
ALWAYS = frozenset({429})
"""Also told to clients that read plain JSON, which else is 200: what stands between knows it."""


def status_of(result: ExecutionResult, media: str) -> int:
    """Of an answer; in plain JSON 200, for clients that read nothing else."""
    if not is_request_error(result):
        return 200
    codes = [(error.extensions or {}).get("code") for error in result.errors or ()]
    status = next((STATUS[code] for code in codes if code in STATUS), 400)
    return status if media == RESPONSE or status in ALWAYS else 200


def retry_after(result: ExecutionResult) -> dict[str, str]:
    """The header that says when to come again, if an error does (RFC 9110 section 10.2.3)."""
    told = [(error.extensions or {}).get("retryAt") for error in result.errors or ()]
    moments = [datetime.fromisoformat(moment) for moment in told if moment]
    return {"Retry-After": seconds_until(max(moments))} if moments else {}


def seconds_until(moment: datetime) -> str:
    return str(max(1, ceil((moment - now()).total_seconds())))
