"""Submitting and withdrawing (提交、撤回; manual §5.1.4, §5.5)."""

from collections.abc import Collection, Sequence

from models.actor import Actor
from models.application import Application
from models.clock import now, today
from models.code import SmsCode
from models.dossier import Dossier, dossier_of
from models.enums import ApplicationAction, ApplicationEventType, ApplicationStatus
from models.identifiers import mobile_problem
from models.log import append
from models.notices import write_notices
from models.numbers import application_number
from models.problem import Problem
from models.refusals import ProblemsRemain, Refusal, refuse, refuse_any
from models.wizard import judge
from models.workflow import move
from resolvers.claims import forget_claim
from resolvers.editing import expect_version, locked
from resolvers.office import Office
from resolvers.rights import permit_to
from resolvers.scope import visible
from resolvers.sms_codes import SUBMISSION, check_code, consume_code, send_code
from resolvers.verification import acknowledge, verify


async def send_submission_code(office: Office, actor: Actor, application_id: int) -> SmsCode:
    """Send the code to the agent's mobile, at the end, when everything else is filled in.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, AGENT_PHONE_MISSING, MOBILE_INVALID,
    SMS_TOO_SOON, SMS_LIMIT.
    """
    application = await _editable(actor, application_id)
    phone = _agent_phone(await dossier_of(application))
    return await send_code(office, phone, SUBMISSION, _subject(application), "applicationId")


def _agent_phone(dossier: Dossier) -> str:
    phone = dossier.agent_person.phone if dossier.agent_person else None
    if not phone:
        raise refuse("AGENT_PHONE_MISSING", "applicationId")
    if code := mobile_problem(phone):
        raise refuse(code, "applicationId")
    return phone


def _subject(application: Application) -> str:
    return f"application-{application.id}"


async def _editable(actor: Actor, application_id: int) -> Application:
    application = await visible(actor).get_or_none(id=application_id)
    if application is None:
        raise refuse("NOT_FOUND", "applicationId")
    await permit_to(actor, ApplicationAction.SUBMIT, application)
    return application


async def submit_application(
    office: Office,
    actor: Actor,
    application_id: int,
    version: int,
    sms_code: str,
    acknowledged: Collection[str],
    *,
    declared: bool,
) -> Application:
    """Hand the application to its issuer, or hand it in again.

    Judged twice: once to answer everything that is wrong without using up the code, and once with
    the row locked. A wrong code counts even though nothing else is changed.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT, DECLARATION_REQUIRED,
    STEPS_INCOMPLETE, WARNINGS_UNACKNOWLEDGED, AGENT_PHONE_MISSING, SMS_CODE_WRONG,
    SMS_CODE_EXPIRED.
    """
    application = await _editable(actor, application_id)
    expect_version(application, version)
    await verify(office, application)
    dossier = await dossier_of(application)
    refuse_any(_unready(dossier, acknowledged, declared=declared))
    code = await check_code(_agent_phone(dossier), SUBMISSION, sms_code, _subject(application))
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.SUBMIT)
        expect_version(application, version)
        dossier = await dossier_of(application)
        refuse_any(_unready(dossier, acknowledged, declared=declared))
        await consume_code(code)
        await acknowledge(dossier)
        application.acknowledged = [
            {"path": list(warning.path), "code": warning.code}
            for warning in _problems(dossier)
            if not warning.is_error
        ]
        await _submit(actor, dossier)
    return application


def _problems(dossier: Dossier) -> list[Problem]:
    return [problem for step in judge(dossier, today()) for problem in step.problems]


def _unready(dossier: Dossier, acknowledged: Collection[str], *, declared: bool) -> list[Refusal]:
    problems = _problems(dossier)
    errors = tuple(problem for problem in problems if problem.is_error)
    open_warnings = _unacknowledged(problems, acknowledged)
    refusals: list[Refusal] = []
    if not declared:
        refusals.append(Refusal("DECLARATION_REQUIRED", ("declarationAccepted",)))
    if errors:
        refusals.append(ProblemsRemain("STEPS_INCOMPLETE", ("applicationId",), problems=errors))
    if open_warnings:
        path = ("acknowledgedWarnings",)
        refusals.append(ProblemsRemain("WARNINGS_UNACKNOWLEDGED", path, problems=open_warnings))
    return refusals


def _unacknowledged(
    problems: Sequence[Problem], acknowledged: Collection[str]
) -> tuple[Problem, ...]:
    """The warnings that were confirmed neither by their code nor by their place and code."""
    told = set(acknowledged)
    return tuple(p for p in problems if not p.is_error and not told & {p.code, p.key})


async def _submit(actor: Actor, dossier: Dossier) -> None:
    application, moment = dossier.application, now()
    await _hand_to(application, actor)
    was = move(application, ApplicationAction.SUBMIT, ApplicationStatus.SUBMITTED)
    application.number = application.number or application_number(moment, application.id)
    application.submitted_at = moment
    application.return_reasons = []
    await application.save()
    event = await append(application, ApplicationEventType.SUBMITTED, actor, was=was)
    await write_notices(event, dossier)


HOLDERS = ("maker_id", "issuer_id", "data_centre_id")


async def _hand_to(application: Application, actor: Actor) -> None:
    """From now on it lies with the institutions that were chosen. Others it lay with are told."""
    await forget_claim(application)
    chosen = {f"held_{name}": getattr(application, name) for name in HOLDERS}
    before = {name: getattr(application, name) for name in chosen}
    if any(before.values()) and before != chosen:
        await append(application, ApplicationEventType.REROUTED, actor, was=application.status)
    for name, institution in chosen.items():
        setattr(application, name, institution)


async def withdraw_application(
    office: Office, actor: Actor, application_id: int, version: int
) -> Application:
    """Take it back into a draft while nobody has accepted it. It keeps its number.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT.
    """
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.WITHDRAW)
        expect_version(application, version)
        was = move(application, ApplicationAction.WITHDRAW, ApplicationStatus.DRAFT)
        await application.save()
        await append(application, ApplicationEventType.WITHDRAWN, actor, was=was)
    return application
