"""The agent's step (经办人, manual §5.1.2, Fig 17)."""

from tortoise.queryset import QuerySet

from models.actor import Actor
from models.application import Agent, Application, Attachment, Operator
from models.enums import AgentSource, AttachmentKind
from models.person_columns import PERSON_FIELDS
from models.persons import is_another
from models.refusals import refuse
from resolvers.editing import Changes, editing
from resolvers.office import Office
from resolvers.papers import forget, forgotten
from resolvers.people import put_person
from resolvers.verification import verify


async def save_agent(
    office: Office,
    actor: Actor,
    application_id: int,
    version: int,
    source: AgentSource,
    operator_id: int | None,
    changes: Changes,
) -> Application:
    """The legal person, an operator of this application, or another person with their own data.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT, AGENT_OPERATOR_MISSING.
    """
    keys: list[str] = []
    async with editing(office, actor, application_id, version) as application:
        agent = await Agent.get_or_none(application_id=application.id)
        is_new = agent is None or agent.source is not AgentSource.OTHER
        agent = agent or Agent(application_id=application.id)
        before = agent.person
        agent.source = source
        agent.operator_id = await _operator(application, source, operator_id)
        if source is AgentSource.OTHER:
            put_person(agent, changes, is_new=is_new)
            if is_another(before, agent.person):
                keys = await forget(agent_papers(application.id))
        else:
            keys = await _without_person(agent)
        await agent.save()
    await forgotten(office, keys)
    return await verify(office, application)


async def _operator(
    application: Application, source: AgentSource, operator_id: int | None
) -> int | None:
    if source is not AgentSource.OPERATOR or operator_id is None:
        return None
    if not await Operator.exists(id=operator_id, application_id=application.id):
        raise refuse("AGENT_OPERATOR_MISSING", "operatorId")
    return operator_id


async def _without_person(agent: Agent) -> list[str]:
    """Nothing to re-enter: data and papers of another person go."""
    for name in PERSON_FIELDS:
        setattr(agent, name, None)
    return await forget(agent_papers(agent.application_id))


def agent_papers(application_id: int) -> QuerySet[Attachment]:
    return Attachment.filter(application_id=application_id, kind=AttachmentKind.AGENT_ID)
