"""Moments as clients send them."""

from datetime import UTC, datetime

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def parsed(text: object) -> datetime:
    """Raises GraphQLError unless `text` is RFC 3339 with a zone, of the years 1900–9998."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not FIRST <= moment < LAST:
        raise GraphQLError("A DateTime is written as 2026-05-01T08:00:00+08:00, with its zone")
    return moment.astimezone(UTC)


DATE_TIME: ScalarDefinition = strawberry.scalar(
    name="DateTime",
    description="A moment, as RFC 3339 writes it, with its zone: 2026-05-01T08:00:00+08:00.",
    serialize=datetime.isoformat,
    parse_value=parsed,
)
