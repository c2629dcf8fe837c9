"""An application with everything that belongs to it, fetched in a constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from models.application import Agent, Application, Attachment, Operator, Verification
from models.enterprise import Enterprise
from models.enums import AgentSource, AttachmentKind, AttachmentStatus
from models.institution import Institution
from models.persons import Person
from models.region import Region

Child = TypeVar("Child", Operator, Attachment, Verification)


@dataclass
class Dossier:
    """What the wizard judges and the officer reads."""

    application: Application
    enterprise: Enterprise
    operators: Sequence[Operator] = ()
    agent: Agent | None = None
    attachments: Sequence[Attachment] = ()
    verifications: Sequence[Verification] = ()
    maker: Institution | None = None
    issuer: Institution | None = None
    data_centre: Institution | None = None
    region: Region | None = None
    agents_operator: Operator | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.agent and self.agent.operator_id:
            by_id = {operator.id: operator for operator in self.operators}
            self.agents_operator = by_id.get(self.agent.operator_id)

    @property
    def legal_person(self) -> Person:
        """The holder of the legal card, with the phone and e-mail of its step."""
        registered, here = self.enterprise.legal_person, self.application
        return registered.reachable_at(phone=here.legal_phone, email=here.legal_email)

    @property
    def agent_person(self) -> Person | None:
        """Who the agent is, wherever their data are kept."""
        if self.agent is None:
            return None
        if self.agent.source is AgentSource.LEGAL_PERSON:
            return self.legal_person
        if self.agent.source is AgentSource.OPERATOR:
            return self.agents_operator.person if self.agents_operator else None
        return self.agent.person

    def has_paper(self, kind: AttachmentKind, operator: Operator | None = None) -> bool:
        """Whether a paper of this kind has been uploaded whole."""
        wanted = operator.id if operator else None
        return any(
            paper.kind is kind
            and paper.operator_id == wanted
            and paper.status is not AttachmentStatus.PENDING
            for paper in self.attachments
        )


async def dossier_of(application: Application) -> Dossier:
    return (await dossiers_of([application]))[0]


async def dossiers_of(applications: Sequence[Application]) -> list[Dossier]:
    """One dossier for each application, in their order."""
    ids = [application.id for application in applications]
    enterprises = await Enterprise.in_bulk({a.enterprise_id for a in applications}, "id")
    institutions = await Institution.in_bulk(_institution_ids(applications), "id")
    regions = await Region.in_bulk({a.region_code for a in applications if a.region_code}, "code")
    operators = _grouped(await Operator.filter(application_id__in=ids).order_by("id"))
    agents = {row.application_id: row for row in await Agent.filter(application_id__in=ids)}
    papers = _grouped(await Attachment.filter(application_id__in=ids).order_by("id"))
    checks = _grouped(await Verification.filter(application_id__in=ids).order_by("id"))
    return [
        Dossier(
            application=row,
            enterprise=enterprises[row.enterprise_id],
            operators=operators[row.id],
            agent=agents.get(row.id),
            attachments=papers[row.id],
            verifications=checks[row.id],
            maker=institutions.get(row.maker_id or 0),
            issuer=institutions.get(row.issuer_id or 0),
            data_centre=institutions.get(row.data_centre_id or 0),
            region=regions.get(row.region_code) if row.region_code else None,
        )
        for row in applications
    ]


def _institution_ids(applications: Iterable[Application]) -> set[int]:
    keys = ((a.maker_id, a.issuer_id, a.data_centre_id) for a in applications)
    return {key for row in keys for key in row if key}


def _grouped(rows: Iterable[Child]) -> dict[int, list[Child]]:
    grouped: dict[int, list[Child]] = defaultdict(list)
    for row in rows:
        grouped[row.application_id].append(row)
    return grouped
