"""The served schema. Its text is committed as schema.graphql; `make check` compares them."""

from datetime import datetime
from pathlib import Path

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema.admission import Admission
from schema.errors import CONCRETE
from schema.limits import CACHED, MOST_TOKENS
from schema.masking import Masking
from schema.moments import DATE_TIME
from schema.mutation import Mutation
from schema.operation import OneOperation
from schema.parsing import PatientParserCache
from schema.policies import LAPTOP, Policies
from schema.query import Query
from schema.subscription import Subscription
from schema.time_limit import TimeLimit
from schema.validation import BoundedValidation

SDL_FILE = Path(__file__).parent / "schema.graphql"


class QuietSchema(strawberry.Schema):
    """Logs no refusals and no clients' mistakes: what is a bug is logged by Masking."""

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Nothing."""


def build_schema(policies: Policies = LAPTOP) -> strawberry.Schema:
    """The schema with its limits and caches."""
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=CONCRETE,
        config=StrawberryConfig(scalar_map={datetime: DATE_TIME}),
        extensions=[
            lambda: MaxTokensLimiter(MOST_TOKENS),
            lambda: PatientParserCache(CACHED),
            lambda: BoundedValidation(policies),
            Admission,
            OneOperation,
            lambda: TimeLimit(policies),
            lambda: Masking(policies),
        ],
    )


def sdl() -> str:
    """The schema as text."""
    return build_schema().as_str().rstrip() + "\n"
