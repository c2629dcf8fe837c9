from datetime import datetime
from typing import Annotated, Any, cast

import strawberry
from tortoise.queryset import QuerySet

from models.actor import Actor
from models.application import Application as Row
from models.clock import today
from models.dossier import Dossier
from models.enterprise import Enterprise as EnterpriseRow
from models.enums import (
    ApplicationAction,
    ApplicationEventType,
    ApplicationKind,
    ApplicationStatus,
    Party,
    Role,
)
from models.event import Event
from models.masking import Sight
from models.public_id import Kind, public_id
from models.remarks import remarks_of
from models.verification import current_answers
from models.wizard import judge
from models.workflow import TURN, parties_of
from resolvers.claims import may_see_claim
from resolvers.paging import Page, cursor_of
from resolvers.rights import open_acts
from resolvers.scope import as_known_to, may_read_content
from resolvers.timeline import timeline
from schema.attachment import Attachment
from schema.card import Card
from schema.claim import ApplicationClaim
from schema.context import Info
from schema.enterprise import Enterprise
from schema.institution import Institution, institution
from schema.loaders import Loaders
from schema.page_info import PageInfo
from schema.problem import AcknowledgedWarning
from schema.recording import shown
from schema.return_reason import ReturnReason
from schema.says import says
from schema.steps import Agent, Delivery, LegalCardStep, Operator, UnitStep, Verification
from schema.wizard import WizardStep

DESCRIPTION = """An application for cards (申请单).

Its unit sees it always; an issuer, maker and data centre what was last submitted to them, and of a
draft (after a withdrawal) not the content: what was filled in is then null or empty, while number,
status, unit and timeline stay. The platform's administrator sees what has ever been submitted.
"""


@strawberry.type(description=DESCRIPTION)
class Application:
    row: strawberry.Private[Row]
    loaders: strawberry.Private[Loaders]
    id: strawberry.ID = says("Opaque.")
    number: str | None = says("Given at the first submission, and kept.")
    kind: ApplicationKind = says("What is applied for.")
    status: ApplicationStatus = says("Where it stands (manual §5.5).")
    version: int = says("Raised by every change but papers'; a mutation of the unit names it.")
    created_at: datetime = says("When it was started.")
    updated_at: datetime = says("When it was last changed.")
    submitted_at: datetime | None = says("When it was last submitted.")

    @strawberry.field(description="Whose turn it is; null when it is done.")
    def turn(self) -> Party | None:
        return TURN[self.status]

    @strawberry.field(description="The unit that applies.")
    async def enterprise(self) -> Enterprise:
        row = await self.loaders.enterprise.load(self.row.enterprise_id)
        return Enterprise.of(cast("EnterpriseRow", row), self.loaders)

    @strawberry.field(
        description="制卡机构: the chosen one; of a draft, to who is not its unit, the one it was last submitted to."
    )
    async def maker(self) -> Institution | None:
        maker = self.row.maker_id if self._is_open else self.row.held_maker_id
        return await institution(self.loaders, maker)

    @strawberry.field(
        description="What the viewer may do now, by the workflow; nothing for a unit that has its legal card and signed in without it."
    )
    async def available_actions(self) -> list[ApplicationAction]:
        viewer = self.loaders.viewer
        if viewer is None:
            return []
        only_queries = await self.loaders.needs_card.load(viewer)
        return open_acts(viewer, self.row, only_queries=only_queries)

    @strawberry.field(description="Who works on it now. Its institutions' officers; else null.")
    async def claim(self) -> ApplicationClaim | None:
        viewer = self.loaders.viewer
        if viewer is None or not may_see_claim(viewer, self.row):
            return None
        claimed = await self.loaders.claim.load(self.row.id)
        return ApplicationClaim.of(claimed, viewer) if claimed else None

    @strawberry.field(description="The steps of the wizard, judged as they stand now.")
    async def steps(self, info: Info) -> list[WizardStep]:
        dossier = await self._content()
        if dossier is None:
            return []
        return [WizardStep.of(state, info.context.language) for state in judge(dossier, today())]

    @strawberry.field(description="The unit's step.")
    def unit(self) -> UnitStep | None:
        return UnitStep.of(self.row, self.loaders) if self._is_open else None

    @strawberry.field(description="The legal card's step.")
    async def legal_card(self, info: Info) -> LegalCardStep | None:
        dossier = await self._persons(info)
        return LegalCardStep.of(dossier, self.sight) if dossier else None

    @strawberry.field(description="For whom operator cards are asked; at most 10.")
    async def operators(self, info: Info) -> list[Operator]:
        dossier = await self._persons(info)
        return [Operator.of(row, self.sight) for row in dossier.operators] if dossier else []

    @strawberry.field(description="The agent (经办人).")
    async def agent(self, info: Info) -> Agent | None:
        dossier = await self._persons(info)
        return Agent.of(dossier, self.sight) if dossier else None

    @strawberry.field(description="How the cards are to reach the unit.")
    async def delivery(self, info: Info) -> Delivery | None:
        dossier = await self._persons(info)
        return Delivery.of(self.row, self.sight) if dossier else None

    @strawberry.field(
        description="备注 in the official form, made from the delivery as the viewer sees it."
    )
    async def remarks(self, info: Info) -> str | None:
        dossier = await self._persons(info)
        if dossier is None:
            return None
        return remarks_of(self.row, self.sight, has_operators=bool(dossier.operators))

    @strawberry.field(description="Its papers.")
    async def attachments(self) -> list[Attachment]:
        dossier = await self._content()
        papers = dossier.attachments if dossier else ()
        return [Attachment.of(paper, self.row, self.loaders) for paper in papers]

    @strawberry.field(description="What the verifier said of the data as they stand now.")
    async def verifications(self) -> list[Verification]:
        dossier = await self._content()
        if dossier is None:
            return []
        return [Verification.of(row) for row in current_answers(dossier)]

    @strawberry.field(
        description="The warnings that the unit confirmed (确认无误) when it last submitted."
    )
    def acknowledged_warnings(self, info: Info) -> list[AcknowledgedWarning]:
        kept = (self.row.acknowledged or []) if self._is_open else []
        return [AcknowledgedWarning.of(warning, info.context.language) for warning in kept]

    @strawberry.field(description="Why it was returned, until it is submitted again.")
    def return_reasons(self, info: Info) -> list[ReturnReason]:
        language = info.context.language
        return [ReturnReason.of(kept, language) for kept in self.row.return_reasons]

    @strawberry.field(description="What has happened, oldest first, as far as the viewer may know.")
    async def timeline(
        self,
        first: Annotated[
            int | None,
            strawberry.argument(description="How many; 20 by default. No page is longer than 100."),
        ] = None,
        after: Annotated[
            str | None, strawberry.argument(description="The cursor behind which to go on.")
        ] = None,
    ) -> "ApplicationEventConnection":
        page = await timeline(self.loaders.viewer, self.row.id, first, after)
        return ApplicationEventConnection.of(page, self)

    @strawberry.field(description="Its cards, once approved.")
    async def cards(self) -> list[Card]:
        rows = await self.loaders.cards.load(self.row.id) if self._is_open else []
        return [Card.of(row, self.loaders) for row in rows]

    @property
    def _is_open(self) -> bool:
        viewer = self.loaders.viewer
        return viewer is not None and may_read_content(viewer, self.row)

    @property
    def sight(self) -> Sight:
        """What the viewer sees of its personal data."""
        viewer = self.loaders.viewer
        return Sight(parties_of(viewer, self.row) if viewer else ())

    async def _content(self) -> Dossier | None:
        return await self._dossier() if self._is_open else None

    async def _persons(self, info: Info) -> Dossier | None:
        """The content where persons are in it: that it is looked at goes on record."""
        if self._is_open:
            await shown(info, self.row, self.loaders)
        return await self._content()

    async def _dossier(self) -> Dossier:
        return await self.loaders.dossier.load(self.row)

    @classmethod
    def of(cls, row: Row, loaders: Loaders) -> "Application":
        return cls(
            row=row,
            loaders=loaders,
            id=strawberry.ID(public_id(Kind.APPLICATION, row.id)),
            number=row.number,
            kind=row.kind,
            status=row.status,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            submitted_at=row.submitted_at,
        )


@strawberry.type(description="A page of applications.")
class ApplicationConnection:
    rows: strawberry.Private[QuerySet[Any]]
    nodes: list[Application] = says("The page.")
    page_info: PageInfo = says("Where the page stands.")

    @strawberry.field(description="How many there are in all.")
    async def total_count(self) -> int:
        return await self.rows.count()

    @classmethod
    def of(cls, page: Page[Row], rows: QuerySet[Any], loaders: Loaders) -> "ApplicationConnection":
        nodes = [Application.of(row, loaders) for row in page.rows]
        return cls(rows=rows, nodes=nodes, page_info=PageInfo.of(page))


@strawberry.type(description="Who did it.")
class EventActor:
    role: Role = says("What kind of account.")
    name: str = says("The person's name.")


@strawberry.type(
    description="Something that happened to an application. It is told once, in order."
)
class ApplicationEvent:
    row: strawberry.Private[Event]
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
    def of(cls, row: Event, application: Application) -> "ApplicationEvent":
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
    async def told(cls, row: Event, viewer: Actor) -> "ApplicationEvent | None":
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
    def of(cls, page: Page[Event], application: Application) -> "ApplicationEventConnection":
        nodes = [ApplicationEvent.of(row, application) for row in page.rows]
        return cls(nodes=nodes, page_info=PageInfo.of(page))
