"""The wizard (新办, manual §5): which fields each step has, and what is wrong with each.

Judging is pure: a dossier in, the state of each step out. Saving accepts what is there; submitting
needs every step complete.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from models.application import Application, Operator
from models.dossier import Dossier
from models.enums import (
    AgentSource,
    AttachmentKind,
    DeliveryMethod,
    InstitutionRole,
    MakerScope,
    OperatorStatus,
    Severity,
    Step,
    VerificationOutcome,
)
from models.identifiers import landline_or_mobile_problem
from models.institution import Institution
from models.persons import Person, person_problems
from models.problem import Problem
from models.public_id import Kind, public_id
from models.verification import current_answers, subjects_of

MOST_OPERATORS = 10
IDENTITY = ("name", "idType", "idNumber", "idValidFrom", "idValidTo", "country")
REACH = ("phone", "email")
NOBODY = Person()


@dataclass(frozen=True)
class Field:
    """A field of a step: starred (required) and grey (read-only) as in manual §3.4."""

    name: str
    required: bool = False
    read_only: bool = False


@dataclass(frozen=True)
class StepState:
    step: Step
    fields: tuple[Field, ...]
    problems: tuple[Problem, ...]

    @property
    def complete(self) -> bool:
        return not any(problem.is_error for problem in self.problems)


# fmt: off
FIELDS: dict[Step, tuple[Field, ...]] = {
    Step.UNIT: (
        Field("unifiedSocialCreditCode", required=True, read_only=True),
        Field("name",                    required=True, read_only=True),
        Field("regionCode",              required=True),
        Field("street",                  required=True),
        Field("makerScope",              required=True),
        Field("makerId",                 required=True),
        Field("dataCentre",              read_only=True),
        Field("issuer",                  read_only=True),
    ),
    Step.LEGAL_CARD: (
        *(Field(name, required=True, read_only=True) for name in IDENTITY),
        *(Field(name, required=True) for name in (*REACH, "mediaType")),
    ),
    Step.OPERATORS: tuple(Field(name, required=True) for name in (*IDENTITY, *REACH, "mediaType")),
    Step.AGENT: (Field("source", required=True),),
    Step.DELIVERY: (
        Field("method",  required=True),
        Field("contact", required=True),
        Field("phone",   required=True),
        Field("address"),
    ),
}
# fmt: on


def maker_is_locked(application: Application, maker: Institution | None) -> bool:
    """A bank's agency, once submitted to, cannot be changed (manual §5.1.2③)."""
    agency = maker is not None and maker.has_role(InstitutionRole.BANK_AGENCY)
    return agency and application.held_maker_id == application.maker_id


def judge(dossier: Dossier, today: date) -> list[StepState]:
    """The state of every step, in the manual's order. `today` is Beijing's date."""
    return [
        StepState(step, _fields(step, dossier), tuple(find(dossier, today)))
        for step, find in JUDGES.items()
    ]


def _fields(step: Step, dossier: Dossier) -> tuple[Field, ...]:
    fields = FIELDS[step]
    if step is Step.UNIT and maker_is_locked(dossier.application, dossier.maker):
        return tuple(
            Field(f.name, f.required, read_only=f.read_only or f.name in ("makerId", "makerScope"))
            for f in fields
        )
    if step is Step.AGENT and dossier.agent:
        return fields + AGENT_FIELDS[dossier.agent.source]
    if step is Step.DELIVERY and dossier.application.delivery_method is DeliveryMethod.MAIL:
        return (*fields[:-1], Field("address", required=True))
    return fields


AGENT_FIELDS: dict[AgentSource, tuple[Field, ...]] = {
    AgentSource.LEGAL_PERSON: (),
    AgentSource.OPERATOR: (Field("operatorId", required=True),),
    AgentSource.OTHER: tuple(Field(name, required=True) for name in (*IDENTITY, *REACH)),
}


def _judge_unit(dossier: Dossier, _today: date) -> Iterator[Problem]:
    here = dossier.application
    yield from _missing(
        "unit",
        regionCode=here.region_code,
        street=here.street,
        makerScope=here.maker_scope,
        makerId=here.maker_id,
    )
    if here.region_code and dossier.region is None:
        yield Problem(("unit", "regionCode"), "REGION_UNKNOWN")
    elif dossier.region and not dossier.region.is_leaf:
        yield Problem(("unit", "regionCode"), "REGION_INCOMPLETE")
    if _is_out_of_scope(dossier):
        yield Problem(("unit", "makerId"), "MAKER_OUT_OF_SCOPE")
    yield from _paper(dossier, ("unit",), AttachmentKind.BUSINESS_LICENCE)
    yield from _unverified(dossier, Step.UNIT)


def _is_out_of_scope(dossier: Dossier) -> bool:
    maker, region, scope = dossier.maker, dossier.region, dossier.application.maker_scope
    if maker is None or region is None or scope is None:
        return False
    return not in_scope(maker, scope, region.code)


def in_scope(maker: Institution, scope: MakerScope, region_code: str) -> bool:
    """本省直辖市: makers of the unit's province. 跨区通办: the others', but no bank's agency, which
    serves its own province on site only.
    """
    same_province = maker.province_code == region_code[:2]
    if scope is MakerScope.WITHIN_PROVINCE:
        return same_province
    return not same_province and not maker.has_role(InstitutionRole.BANK_AGENCY)


def _judge_legal_card(dossier: Dossier, today: date) -> Iterator[Problem]:
    yield from _person(("legalCard",), dossier.legal_person, today)
    yield from _missing("legalCard", mediaType=dossier.application.legal_media_type)
    yield from _paper(dossier, ("legalCard",), AttachmentKind.LEGAL_PERSON_ID)
    yield from _unverified(dossier, Step.LEGAL_CARD)


def _judge_operators(dossier: Dossier, today: date) -> Iterator[Problem]:
    for operator in dossier.operators:
        yield from operator_problems(operator, today)
        path = operator_path(operator)
        if operator.status is OperatorStatus.DRAFT:
            yield Problem((*path, "status"), "OPERATOR_NOT_CONFIRMED")
        yield from _paper(dossier, path, AttachmentKind.OPERATOR_ID, operator)
    yield from _unverified(dossier, Step.OPERATORS)


def operator_path(operator: Operator) -> tuple[str, ...]:
    return ("operators", public_id(Kind.OPERATOR, operator.id))


def operator_problems(operator: Operator, today: date) -> Iterator[Problem]:
    """What keeps an operator from being confirmed: everything but its paper."""
    path = operator_path(operator)
    yield from _person(path, operator.person, today)
    if operator.media_type is None:
        yield Problem((*path, "mediaType"), "REQUIRED")


def _judge_agent(dossier: Dossier, today: date) -> Iterator[Problem]:
    agent = dossier.agent
    if agent is None:
        yield Problem(("agent", "source"), "REQUIRED")
    elif agent.source is AgentSource.OPERATOR and dossier.agents_operator is None:
        yield Problem(("agent", "operatorId"), "AGENT_OPERATOR_MISSING")
    elif agent.source is AgentSource.OTHER:
        yield from _person(("agent",), agent.person, today)
        yield from _paper(dossier, ("agent",), AttachmentKind.AGENT_ID)
    elif not (dossier.agent_person or NOBODY).phone:
        yield Problem(("agent", "phone"), "AGENT_PHONE_MISSING")
    yield from _unverified(dossier, Step.AGENT)


def _judge_delivery(dossier: Dossier, _today: date) -> Iterator[Problem]:
    here, maker = dossier.application, dossier.maker
    method, phone = here.delivery_method, here.delivery_phone
    yield from _missing("delivery", method=method, contact=here.delivery_contact, phone=phone)
    if phone and (code := landline_or_mobile_problem(phone)):
        yield Problem(("delivery", "phone"), code)
    if method is DeliveryMethod.MAIL:
        yield from _missing("delivery", address=here.delivery_address)
    if method and maker and not maker.delivers_by(method):
        yield Problem(("delivery", "method"), "DELIVERY_METHOD_UNAVAILABLE")


Judge = Callable[[Dossier, date], Iterator[Problem]]
JUDGES: dict[Step, Judge] = {
    Step.UNIT: _judge_unit,
    Step.LEGAL_CARD: _judge_legal_card,
    Step.OPERATORS: _judge_operators,
    Step.AGENT: _judge_agent,
    Step.DELIVERY: _judge_delivery,
}


def _missing(step: str, **values: object) -> Iterator[Problem]:
    for name, value in values.items():
        if value in (None, ""):
            yield Problem((step, name), "REQUIRED")


def _person(path: tuple[str, ...], person: Person, today: date) -> Iterator[Problem]:
    for found in person_problems(person, (*IDENTITY, *REACH), today):
        yield Problem((*path, found.field), found.code, Severity(found.severity))


def _paper(
    dossier: Dossier,
    path: tuple[str, ...],
    kind: AttachmentKind,
    operator: Operator | None = None,
) -> Iterator[Problem]:
    if not dossier.has_paper(kind, operator):
        yield Problem((*path, "attachments", kind.value), "ATTACHMENT_REQUIRED")


def _unverified(dossier: Dossier, step: Step) -> Iterator[Problem]:
    """The verifier's doubts about the data as they stand now: soft warnings (§5.1.3)."""
    answers = {answer.subject: answer for answer in current_answers(dossier)}
    for subject in subjects_of(dossier, step):
        answer = answers.get(subject.key)
        if answer and answer.outcome is VerificationOutcome.MISMATCH:
            yield Problem(subject.path, answer.code, Severity.WARNING)
