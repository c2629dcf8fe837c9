"""The served schema. Its text is committed as schema.graphql; `make check` compares them."""

from pathlib import Path

import strawberry
from graphql import ASTValidationRule
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ValidationCache,
)
from strawberry.extensions.max_aliases import create_validator as most_aliases
from strawberry.extensions.query_depth_limiter import create_validator as deepest

import schema.enums  # noqa: F401 - registers the enums
from schema.errors import CONCRETE
from schema.masking import Masking
from schema.mutation import Mutation
from schema.parsing import PatientParserCache
from schema.query import Query
from schema.subscription import Subscription

SDL_FILE = Path(__file__).parent / "schema.graphql"

MOST_TOKENS = 4000
MOST_ALIASES = 100
DEEPEST = 12
CACHED = 500  # documents

# Made once: a rule class a request would defeat the validation cache.
RULES: list[type[ASTValidationRule]] = [most_aliases(MOST_ALIASES), deepest(DEEPEST, None)]


def build_schema() -> strawberry.Schema:
    """The schema with its limits and caches."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=CONCRETE,
        extensions=[
            lambda: MaxTokensLimiter(MOST_TOKENS),
            lambda: AddValidationRules(RULES),
            lambda: PatientParserCache(CACHED),
            lambda: ValidationCache(CACHED),
            Masking,
        ],
    )


def sdl() -> str:
    """The schema as text."""
    return build_schema().as_str().rstrip() + "\n"
