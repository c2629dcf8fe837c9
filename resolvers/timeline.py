"""What has happened to one application, as far as one may know."""

from models.actor import Actor
from models.event import Event
from resolvers.paging import Page, page
from subscriptions.feeds import of_application, scope_of


async def timeline(
    actor: Actor | None, application_id: int, first: int | None, after: str | None
) -> Page[Event]:
    """A page of its events, oldest first. Its cursors are those of the live events."""
    scope = scope_of(actor) if actor else None
    if scope is None:
        return Page([], has_next=False, has_previous=False)
    audience = of_application(scope, application_id)
    return await page(Event.filter(audience.query), first, after)
