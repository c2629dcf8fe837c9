"""From a mutation to an act and back: shape, viewer, the act itself, refusals as errors."""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import strawberry

from models import application as rows
from models.actor import Actor
from models.clock import now
from models.database import is_passing
from models.person_columns import PERSON_FIELDS
from models.persons import Person
from models.public_id import Kind, row_id
from models.refusals import Refused, RetryLater, refuse_any
from resolvers.editing import Changes
from schema.application import Application
from schema.context import Info
from schema.errors import UserError, errors_of
from schema.loaders import Loaders
from schema.payloads import ApplicationPayload
from schema.recording import deed_of, done_on_record, refused
from schema.shapes import shape_refusals

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=5)
INPUT = strawberry.argument(description="What to do.")
T = TypeVar("T")
Answer = tuple[T | None, list[UserError]]


async def attempt(info: Info, input: Any, act: Callable[[], Coroutine[Any, Any, T]]) -> Answer[T]:
    """Do `act` to its end, whatever the client does; a refusal becomes errors."""
    context = info.context
    with context.office.trail.during(deed_of(info, input)) as deed:
        try:
            refuse_any(shape_refusals(input))
            return await context.shelter.run(done_on_record(context, deed, act)), []
        except Refused as told:
            await refused(context, deed, told.refusals)
            return None, errors_of(told.refusals, context.language)
        except Exception as error:
            if not is_passing(error):
                raise
            log.warning("the database cannot take it now: %s", type(error).__name__)
            busy = RetryLater("SYSTEM_BUSY", retry_at=now() + PAUSE)
            return None, errors_of([busy], context.language)


async def attempt_as(
    info: Info,
    input: Any,
    act: Callable[[Actor], Coroutine[Any, Any, T]],
    *,
    enrolling: bool = False,
) -> Answer[T]:
    """The same for who is signed in; `enrolling`: also for who may only enrol a second factor."""
    context = info.context

    async def acting() -> T:
        actor = await (context.enrolling() if enrolling else context.actor())
        context.office.trail.deed.by(actor)
        return await act(actor)

    return await attempt(info, input, acting)


async def application_payload(
    info: Info, input: Any, act: Callable[[Actor], Coroutine[Any, Any, rows.Application]]
) -> ApplicationPayload:
    """Do an act on an application, and answer it as it is then."""
    row, errors = await attempt_as(info, input, act)
    application = await wrapped(info, row) if row else None
    return ApplicationPayload(application=application, errors=errors)


async def wrapped(info: Info, row: rows.Application) -> Application:
    return Application.of(row, Loaders(await info.context.viewer()))


Acting = Callable[[Actor], Awaitable[T]]


def application_id(input: Any) -> int:
    """The row behind `applicationId`; 0, which no row has, when it is no such id."""
    return row_id(Kind.APPLICATION, input.application_id) or 0


def maybe_row(kind: Kind, text: str | None) -> int | None:
    """The row behind an id that may be absent or null; 0 when it is no such id."""
    if text is None or text is strawberry.UNSET:
        return None
    return row_id(kind, text) or 0


def given(value: T | None) -> T | None:
    """A value that may be absent, as one that may be None."""
    return None if value is strawberry.UNSET else value


def changes_of(input: Any, *names: str) -> Changes:
    """Those of the fields `names` that the input really said."""
    told = ((name, getattr(input, name)) for name in names)
    return {name: value for name, value in told if value is not strawberry.UNSET}


def person_of(input: Any) -> Person:
    """The person's fields of an input."""
    return Person(**{name: getattr(input, name, None) for name in PERSON_FIELDS})
