"""Refusals as clients see them: in `errors` of a payload, with a stable code."""

from collections.abc import Iterable
from datetime import datetime

import strawberry
from graphql import GraphQLError

from models import enums, refusals
from models.texts import Language, say
from schema.problem import Problem
from schema.says import says


@strawberry.interface(description="Why an act was not done. Nothing was changed.")
class UserError:
    code: str = says("Stable; listed in docs/refusals.md.")
    message: str = says("For people: Chinese, or English by Accept-Language.")
    path: list[str] | None = says(
        "The place in the input, below `input`; empty if it is about the act as a whole."
    )


@strawberry.type(description="The input, or who sent it, does not allow the act.")
class InvalidInput(UserError):
    pass


@strawberry.type(description="The application's status does not allow the act.")
class WrongState(UserError):
    current_status: enums.ApplicationStatus | None = says("The status it has now.")


@strawberry.type(description="The application was changed since the version that was sent.")
class VersionConflict(UserError):
    current_version: int = says("The version it has now.")


@strawberry.type(description="Too soon: the same is possible later.")
class RetryLater(UserError):
    retry_at: datetime | None = says("The moment from which to try again.")


@strawberry.type(description="What is still wrong in the wizard stands in the way.")
class ProblemsRemain(UserError):
    problems: list[Problem] = says("The problems, as `steps` shows them too.")


def error_of(refusal: refusals.Refusal, language: Language) -> UserError:
    """The refusal with its text, as the type that carries its facts."""
    code, path = refusal.code, list(refusal.path)
    message = say(code, language, refusal.facts)
    match refusal:
        case refusals.WrongState(current_status=status):
            return WrongState(code=code, message=message, path=path, current_status=status)
        case refusals.VersionConflict(current_version=version):
            return VersionConflict(code=code, message=message, path=path, current_version=version)
        case refusals.RetryLater(retry_at=moment):
            return RetryLater(code=code, message=message, path=path, retry_at=moment)
        case refusals.ProblemsRemain(problems=problems):
            told = [Problem.of(problem, language) for problem in problems]
            return ProblemsRemain(code=code, message=message, path=path, problems=told)
    return InvalidInput(code=code, message=message, path=path)


def errors_of(found: Iterable[refusals.Refusal], language: Language) -> list[UserError]:
    return [error_of(refusal, language) for refusal in found]


def extensions_of(refusal: refusals.Refusal) -> dict[str, object]:
    """What an error that has no payload to stand in carries of the refusal."""
    told: dict[str, object] = {"code": refusal.code, "path": list(refusal.path), **refusal.facts}
    if isinstance(refusal, refusals.RetryLater) and refusal.retry_at:
        told["retryAt"] = refusal.retry_at.isoformat()
    return told


def graphql_error(refusal: refusals.Refusal, language: Language) -> GraphQLError:
    """The refusal of a whole operation."""
    message = say(refusal.code, language, refusal.facts)
    return GraphQLError(message, extensions=extensions_of(refusal))


CONCRETE = (InvalidInput, WrongState, VersionConflict, RetryLater, ProblemsRemain)
