"""The tree of refusals: what an act answers instead of doing what was asked.

Refused
└── carries one or more Refusal
    Refusal            a code and the place in the input that it is about
    ├── WrongState       + the status the application has now
    ├── VersionConflict  + the version it has now
    ├── RetryLater       + the moment from which to try again
    └── ProblemsRemain   + the problems of the wizard that stand in the way

Texts are in models/texts.py; the schema turns them into `UserError`s. Anything else that is raised
is a bug.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from models.enums import ApplicationStatus
from models.problem import Problem


@dataclass(frozen=True)
class Refusal:
    """Why an act was not done: a stable code (docs/refusals.md) and a path into its input."""

    code: str
    path: tuple[str, ...] = ()
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class WrongState(Refusal):
    current_status: ApplicationStatus | None = None


@dataclass(frozen=True)
class VersionConflict(Refusal):
    current_version: int = 0


@dataclass(frozen=True)
class RetryLater(Refusal):
    retry_at: datetime | None = None


@dataclass(frozen=True)
class ProblemsRemain(Refusal):
    problems: tuple[Problem, ...] = ()


class Refused(Exception):  # noqa: N818 - the act was refused; nothing erred
    """Raised by an act that changes nothing and says why."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(", ".join(refusal.code for refusal in refusals))
        self.refusals = refusals


def refuse(code: str, *path: str, **facts: str | int) -> Refused:
    """The usual case: one plain refusal, ready to raise."""
    return Refused(Refusal(code, path, facts))


def refuse_any(refusals: Iterable[Refusal]) -> None:
    """Raise Refused with all of `refusals`, if there are any."""
    found = tuple(refusals)
    if found:
        raise Refused(*found)
