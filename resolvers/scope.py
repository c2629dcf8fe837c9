"""Who sees which applications: one place, inside the query."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.actor import Actor
from models.application import Application
from models.enums import ApplicationStatus, Role
from models.event import Event
from models.workflow import parties_of

NOTHING = Q(id=-1)


def _institutions(actor: Actor) -> Q:
    mine = actor.institution_id
    if mine is None:
        return NOTHING
    return Q(held_issuer_id=mine) | Q(held_maker_id=mine) | Q(held_data_centre_id=mine)


def _units(actor: Actor) -> Q:
    return NOTHING if actor.enterprise_id is None else Q(enterprise_id=actor.enterprise_id)


def visible(actor: Actor | None) -> QuerySet[Application]:
    """The applications that `actor` may know of: a unit its own, an institution what was last
    submitted to it, the platform what was ever submitted, a visitor none. Discarded ones are
    nobody's.
    """
    return Application.filter(_mine(actor), discarded_at__isnull=True)


def _mine(actor: Actor | None) -> Q:
    if actor is None:
        return NOTHING
    if actor.role is Role.PLATFORM_ADMIN:
        return Q(held_issuer_id__isnull=False)
    if actor.role is Role.ENTERPRISE_ADMIN:
        return _units(actor)
    return _institutions(actor)


def listed(actor: Actor | None) -> QuerySet[Application]:
    """What a list shows: an institution does not see what its unit has withdrawn."""
    rows = visible(actor)
    if actor and actor.role is Role.ENTERPRISE_ADMIN:
        return rows
    return rows.exclude(status=ApplicationStatus.DRAFT)


def may_read_content(actor: Actor, application: Application) -> bool:
    """A draft's content is its unit's alone, also after a withdrawal."""
    if actor.role is Role.ENTERPRISE_ADMIN:
        return actor.enterprise_id == application.enterprise_id
    return application.status is not ApplicationStatus.DRAFT and bool(
        parties_of(actor, application)
    )


def as_known_to(actor: Actor, application: Application, event: Event) -> Application:
    """The application beside an event: as it is, to those it lies with; to an institution that it
    has left since, what the event itself tells.
    """
    if parties_of(actor, application):
        return application
    return Application(
        id=application.id,
        number=application.number,
        kind=application.kind,
        enterprise_id=application.enterprise_id,
        status=event.to_status,
        version=0,
        created_at=application.created_at,
        updated_at=event.occurred_at,
    )
