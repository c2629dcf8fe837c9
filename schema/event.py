from datetime import datetime

import strawberry

from models import event as rows
from models.actor import Actor
from models.enums import ApplicationEventType, ApplicationStatus, Role
from resolvers.issuing import Progress
from resolvers.paging import Page, cursor_of
from resolvers.scope import as_known_to
from schema.application import Application
from schema.card import Card
from schema.context import Info
from schema.loaders import Loaders
from schema.page_info import PageInfo
from schema.return_reason import ReturnReason
from schema.says import says


@strawberry.type(description="Who did it.")
class EventActor:
    role: Role = says("What kind of account.")
    name: str = says("The person's name.")


@strawberry.type(
    description="Something that happened to an application. It is told once, in order."
)
class ApplicationEvent:
    row: strawberry.Private[rows.Event]
    cursor: str = says("Its place in the log: `after` goes on behind it.")
    type: ApplicationEventType = says("What happened.")
    occurred_at: datetime = says("When.")
    actor: EventActor | None = says("Who did it.")
    from_status: ApplicationStatus | None = says("The status before; null when there was none.")
    to_status: ApplicationStatus | None = says("The status after.")
    application: Application = says(
        "The application as it is when the event is told. An institution that it has left since gets "
        "its number, unit and the event's status, and version 0."
    )

    @strawberry.field(description="The reasons given with a return.")
    def return_reasons(self, info: Info) -> list[ReturnReason]:
        language = info.context.language
        return [ReturnReason.of(kept, language) for kept in self.row.return_reasons]

    @classmethod
    def of(cls, row: rows.Event, application: Application) -> "ApplicationEvent":
        return cls(
            row=row,
            cursor=cursor_of(row.id),
            type=row.type,
            occurred_at=row.occurred_at,
            actor=EventActor(role=row.actor_role, name=row.actor_name),
            from_status=row.from_status,
            to_status=row.to_status,
            application=application,
        )

    @classmethod
    async def told(cls, row: rows.Event, viewer: Actor) -> "ApplicationEvent | None":
        """The event with its application, freshly loaded."""
        loaders = Loaders(viewer)
        application = await loaders.application.load(row.application_id)
        if application is None:
            return None
        known = as_known_to(viewer, application, row)
        return cls.of(row, Application.of(known, loaders))


@strawberry.type(description="A page of events.")
class ApplicationEventConnection:
    nodes: list[ApplicationEvent] = says("The page, oldest first.")
    page_info: PageInfo = says("Where the page stands.")

    @classmethod
    def of(cls, page: Page[rows.Event], application: Application) -> "ApplicationEventConnection":
        nodes = [ApplicationEvent.of(row, application) for row in page.rows]
        return cls(nodes=nodes, page_info=PageInfo.of(page))


@strawberry.type(description="How far the cards of an application are.")
class IssuanceProgress:
    done: int = says("Cards made.")
    total: int = says("Cards in all.")
    card: Card | None = says("The one that was made last; null before the first.")

    @classmethod
    def of(cls, progress: Progress, viewer: Actor) -> "IssuanceProgress":
        card = Card.of(progress.card, Loaders(viewer)) if progress.card else None
        return cls(done=progress.done, total=progress.total, card=card)
