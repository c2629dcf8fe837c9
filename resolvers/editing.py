"""Holding an application while an act changes it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from models.actor import Actor
from models.application import Application
from models.clock import now
from models.enums import ApplicationAction
from models.identifiers import mobile_problem, normalized_phone
from models.refusals import Refused, VersionConflict, refuse
from resolvers.claims import refuse_claimed
from resolvers.office import Office
from resolvers.rights import permit_to
from resolvers.scope import visible

Changes = Mapping[str, Any]
"""What an input really said: a field that is absent stays as it is, null empties it."""


async def locked(
    actor: Actor, application_id: int, act: ApplicationAction, place: str = "applicationId"
) -> Application:
    """The application, held until the transaction ends, if `actor` may do `act` to it now; `place`
    is the field of the input that names it.

    Raises Refused: NOT_FOUND, FORBIDDEN, CARD_NEEDED, WRONG_STATE, FOUR_EYES, CLAIMED_BY_ANOTHER.
    """
    application = await visible(actor).filter(id=application_id).select_for_update().first()
    if application is None:
        raise refuse("NOT_FOUND", place)
    await permit_to(actor, act, application, place)
    await refuse_claimed(actor, application, place)
    return application


def expect_version(application: Application, version: int) -> None:
    """Compare and set: the act was decided on `version`. Raises Refused (VERSION_CONFLICT)."""
    if application.version != version:
        current = application.version
        raise Refused(
            VersionConflict(
                "VERSION_CONFLICT", ("version",), {"current": current}, current_version=current
            )
        )


@asynccontextmanager
async def editing(
    office: Office, actor: Actor, application_id: int, version: int
) -> AsyncIterator[Application]:
    """A step being saved: locked, compared, and its version raised when the body is through."""
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.SAVE)
        expect_version(application, version)
        yield application
        application.version += 1
        application.updated_at = now()
        await application.save()


def cleaned(value: Any) -> Any:
    """Text without the blanks around it; nothing but blanks is nothing."""
    return (value.strip() or None) if type(value) is str else value  # an enum stays one


def apply(row: Any, changes: Changes, columns: Mapping[str, str] | None = None) -> None:
    """Put the changes into the row's columns (named as the change unless `columns` says)."""
    for name, value in changes.items():
        setattr(row, (columns or {}).get(name, name), cleaned(value))


def with_tidy_phone(changes: Changes) -> Changes:
    """The changes with a valid mobile number in the form in which it is kept and compared."""
    phone = changes.get("phone")
    if not phone or mobile_problem(phone):
        return changes
    return {**changes, "phone": normalized_phone(phone)}
