"""Who is told what: the audiences of the four subscriptions."""

from tortoise.expressions import Q

from models.actor import Actor
from models.enums import Role
from models.event import Event
from subscriptions.hub import Audience

SUBMITTED = Audience(Q(issuer_id__isnull=False), lambda event: event.issuer_id is not None)
"""What the platform's administrator sees: everything, once it has been submitted."""


def scope_of(actor: Actor) -> Audience | None:
    """All that `actor` may see, or None when that is nothing."""
    if actor.role is Role.PLATFORM_ADMIN:
        return SUBMITTED
    if actor.role is Role.ENTERPRISE_ADMIN:
        return unit_events(actor)
    return institution_events(actor)


def unit_events(actor: Actor) -> Audience | None:
    """All applications of the actor's unit."""
    unit = actor.enterprise_id
    if unit is None:
        return None
    return Audience(Q(enterprise_id=unit), lambda event: event.enterprise_id == unit)


def institution_events(actor: Actor) -> Audience | None:
    """What reaches the actor's institution as issuer, maker or data centre, and what follows."""
    mine = actor.institution_id
    if mine is None:
        return None
    query = Q(Q(issuer_id=mine), Q(maker_id=mine), Q(data_centre_id=mine), join_type="OR")
    return Audience(query, lambda event: mine in _told(event))


def _told(event: Event) -> tuple[int | None, ...]:
    return event.issuer_id, event.maker_id, event.data_centre_id


def of_application(scope: Audience, application_id: int) -> Audience:
    """The part of a scope that is about one application."""

    def sees(event: Event) -> bool:
        return event.application_id == application_id and scope.sees(event)

    return Audience(Q(scope.query, application_id=application_id), sees)
