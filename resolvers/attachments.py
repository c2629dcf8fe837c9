"""Papers (附件): declared here, their bytes put to a signed address (receiving.py), and seen by one
(viewing.py).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from models.actor import Actor
from models.application import Agent, Application, Attachment, Operator
from models.clock import now
from models.enums import AgentSource, ApplicationAction, AttachmentKind, AttachmentStatus
from models.papers import EXTENSIONS, MOST_OF_A_KIND, fits, is_proper_name
from models.refusals import Refusal, refuse, refuse_any
from resolvers.addresses import Grant
from resolvers.editing import locked
from resolvers.office import Office
from resolvers.papers import forget, forgotten
from resolvers.scope import visible

MIB = 2**20


@dataclass(frozen=True)
class Declared:
    """What the client says of the bytes that it is about to send; `size` in bytes."""

    kind: AttachmentKind
    operator_id: int | None
    file_name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Upload:
    """Where to PUT the bytes; `url` is relative to the server."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


async def prepare_attachment(
    office: Office, actor: Actor, application_id: int, declared: Declared
) -> tuple[Attachment, Upload]:
    """Reserve a place for a paper. The application's version stays as it is.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, ATTACHMENT_TYPE, ATTACHMENT_SIZE,
    ATTACHMENT_NAME, ATTACHMENT_EXTENSION, ATTACHMENT_OPERATOR, ATTACHMENT_AGENT,
    ATTACHMENT_LIMIT.
    """
    refuse_any(_wrong_file(office, declared))
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.SAVE)
        await _drop_abandoned(office, application)
        await _refuse_owner(application, declared)
        await _refuse_more(application, declared)
        paper = await _reserve(application, declared)
    expires_at = now() + office.terms.upload
    url = office.addresses.upload(Grant(paper.id, actor.session_id), expires_at)
    return paper, Upload(url, {"Content-Type": declared.content_type}, expires_at)


def _wrong_file(office: Office, declared: Declared) -> list[Refusal]:
    most = office.terms.most_upload_bytes
    wrong = []
    if declared.content_type not in EXTENSIONS:
        wrong.append(Refusal("ATTACHMENT_TYPE", ("contentType",)))
    if not 0 < declared.size <= most:
        wrong.append(Refusal("ATTACHMENT_SIZE", ("size",), {"limit_mib": most // MIB}))
    if not is_proper_name(declared.file_name):
        wrong.append(Refusal("ATTACHMENT_NAME", ("fileName",)))
    elif not fits(declared.file_name, declared.content_type):
        wrong.append(Refusal("ATTACHMENT_EXTENSION", ("fileName",)))
    return wrong


async def _refuse_owner(application: Application, declared: Declared) -> None:
    """An operator's paper names its operator, and no other does; an agent's has an agent."""
    own = declared.kind is AttachmentKind.OPERATOR_ID
    if own is not (declared.operator_id is not None):
        raise refuse("ATTACHMENT_OPERATOR", "operatorId")
    if own and not await Operator.exists(id=declared.operator_id, application_id=application.id):
        raise refuse("NOT_FOUND", "operatorId")
    if declared.kind is AttachmentKind.AGENT_ID and not await Agent.exists(
        application_id=application.id, source=AgentSource.OTHER
    ):
        raise refuse("ATTACHMENT_AGENT", "kind")


async def _refuse_more(application: Application, declared: Declared) -> None:
    same = Attachment.filter(
        application_id=application.id, kind=declared.kind, operator_id=declared.operator_id
    )
    if await same.count() >= MOST_OF_A_KIND:
        raise refuse("ATTACHMENT_LIMIT", "kind", limit=MOST_OF_A_KIND)


async def _drop_abandoned(office: Office, application: Application) -> None:
    """Places whose address has expired without a byte: nobody can fill them any more."""
    await Attachment.filter(
        application_id=application.id,
        status=AttachmentStatus.PENDING,
        created_at__lt=now() - 2 * office.terms.upload,
    ).delete()


async def _reserve(application: Application, declared: Declared) -> Attachment:
    return await Attachment.create(
        application_id=application.id,
        operator_id=declared.operator_id,
        kind=declared.kind,
        file_name=declared.file_name.strip(),
        content_type=declared.content_type,
        size=declared.size,
        storage_key=secrets.token_hex(20),
    )


async def remove_attachment(office: Office, actor: Actor, attachment_id: int) -> Application:
    """Remove a paper of an application that the unit may edit.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE.
    """
    paper = await Attachment.get_or_none(id=attachment_id)
    if paper is None or not await visible(actor).filter(id=paper.application_id).exists():
        raise refuse("NOT_FOUND", "attachmentId")
    async with office.act():
        application = await locked(
            actor, paper.application_id, ApplicationAction.SAVE, "attachmentId"
        )
        keys = await forget(Attachment.filter(id=attachment_id))
        if not keys:
            raise refuse("NOT_FOUND", "attachmentId")
    await forgotten(office, keys)
    return application
