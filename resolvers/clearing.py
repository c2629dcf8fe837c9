"""Deleting what a step holds (删除, manual §5.1.2④): data and papers, not to be recovered."""

from collections.abc import Awaitable, Callable

from tortoise.queryset import QuerySet

from models.actor import Actor
from models.application import Agent, Application, Attachment, Operator
from models.enums import AttachmentKind, Step
from models.refusals import refuse
from models.wizard import maker_is_locked
from resolvers.agent import agent_papers
from resolvers.editing import editing
from resolvers.institutions import maker_of
from resolvers.office import Office
from resolvers.operators import drop_operators
from resolvers.papers import forget, forgotten

# fmt: off
COLUMNS: dict[Step, tuple[str, ...]] = {
    Step.UNIT:       ("region_code", "street", "maker_scope", "maker_id", "issuer_id",
                      "data_centre_id"),
    Step.LEGAL_CARD: ("legal_phone", "legal_email", "legal_media_type"),
    Step.OPERATORS:  (),
    Step.AGENT:      (),
    Step.DELIVERY:   ("delivery_method", "delivery_contact", "delivery_phone", "delivery_address"),
}
PAPERS = {
    Step.UNIT:       AttachmentKind.BUSINESS_LICENCE,
    Step.LEGAL_CARD: AttachmentKind.LEGAL_PERSON_ID,
}
# fmt: on


async def clear_step(
    office: Office, actor: Actor, application_id: int, version: int, step: Step
) -> Application:
    """Empty one step.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT, MAKER_LOCKED, and
    STEP_NOT_SAVED when there is nothing: one deletes only after a first save (manual §5.1.2④).
    """
    async with editing(office, actor, application_id, version) as application:
        if step is Step.UNIT:
            await _refuse_locked_maker(application)
        had_columns = _empty(application, COLUMNS[step])
        had_rows, keys = await CHILDREN[step](application)
        if not (had_columns or had_rows):
            raise refuse("STEP_NOT_SAVED", "step")
    await forgotten(office, keys)
    return application


async def _refuse_locked_maker(application: Application) -> None:
    maker = await maker_of(application.maker_id) if application.maker_id else None
    if maker_is_locked(application, maker):
        raise refuse("MAKER_LOCKED", "step")


def _empty(application: Application, columns: tuple[str, ...]) -> bool:
    had = any(getattr(application, name) is not None for name in columns)
    for name in columns:
        setattr(application, name, None)
    return had


Cleared = tuple[bool, list[str]]


async def _papers(rows: QuerySet[Attachment]) -> Cleared:
    keys = await forget(rows)
    return bool(keys), keys


async def _clear_unit(application: Application) -> Cleared:
    return await _papers(_of(application, PAPERS[Step.UNIT]))


async def _clear_legal_card(application: Application) -> Cleared:
    return await _papers(_of(application, PAPERS[Step.LEGAL_CARD]))


def _of(application: Application, kind: AttachmentKind) -> QuerySet[Attachment]:
    return Attachment.filter(application_id=application.id, kind=kind)


async def _clear_operators(application: Application) -> Cleared:
    ids = [row.id for row in await Operator.filter(application_id=application.id)]
    return bool(ids), await drop_operators(ids)


async def _clear_agent(application: Application) -> Cleared:
    had, keys = await _papers(agent_papers(application.id))
    gone = await Agent.filter(application_id=application.id).delete()
    return had or bool(gone), keys


async def _clear_delivery(_application: Application) -> Cleared:
    return False, []


CHILDREN: dict[Step, Callable[[Application], Awaitable[Cleared]]] = {
    Step.UNIT: _clear_unit,
    Step.LEGAL_CARD: _clear_legal_card,
    Step.OPERATORS: _clear_operators,
    Step.AGENT: _clear_agent,
    Step.DELIVERY: _clear_delivery,
}
