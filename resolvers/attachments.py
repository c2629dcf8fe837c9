"""Papers (附件): declared here, their bytes put to a signed address, and seen by one."""

import errno
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import puremagic

from models.actor import Actor
from models.application import Agent, Application, Attachment, Operator
from models.clock import now
from models.enums import (
    AgentSource,
    ApplicationAction,
    AttachmentKind,
    AttachmentStatus,
    Role,
)
from models.masking import Datum, Sight
from models.papers import CONTENT_TYPES, MOST_OF_A_KIND, is_proper_name, status_of
from models.public_id import Kind
from models.refusals import Refusal, Refused, refuse, refuse_any
from models.workflow import WORKFLOW, parties_of
from resolvers.addresses import DOWNLOAD, UPLOAD
from resolvers.editing import locked
from resolvers.office import Office
from resolvers.papers import forget, forgotten
from resolvers.scope import may_read_content, visible

log = logging.getLogger(__name__)

MIB = 2**20
SNIFFED = 4096
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
SAVING = frozenset(move.start for move in WORKFLOW if move.act is ApplicationAction.SAVE)


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
    ATTACHMENT_NAME, ATTACHMENT_OPERATOR, ATTACHMENT_AGENT, ATTACHMENT_LIMIT.
    """
    refuse_any(_wrong_file(office, declared))
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.SAVE)
        await _drop_abandoned(office, application)
        await _refuse_owner(application, declared)
        await _refuse_more(application, declared)
        paper = await _reserve(application, declared)
    expires_at = now() + office.terms.upload
    url = office.addresses.upload(paper.id, expires_at)
    return paper, Upload(url, {"Content-Type": declared.content_type}, expires_at)


def _wrong_file(office: Office, declared: Declared) -> list[Refusal]:
    most = office.terms.most_upload_bytes
    wrong = []
    if declared.content_type not in CONTENT_TYPES:
        wrong.append(Refusal("ATTACHMENT_TYPE", ("contentType",)))
    if not 0 < declared.size <= most:
        wrong.append(Refusal("ATTACHMENT_SIZE", ("size",), {"limit_mib": most // MIB}))
    if not is_proper_name(declared.file_name):
        wrong.append(Refusal("ATTACHMENT_NAME", ("fileName",)))
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


async def upload(office: Office, address: str, chunks: AsyncIterator[bytes]) -> Attachment:
    """Take the bytes of a paper: exactly as many and of the type that was declared.

    Raises Refused: UPLOAD_EXPIRED, UPLOAD_DONE, WRONG_STATE, UPLOAD_SIZE, UPLOAD_TYPE,
    STORAGE_FULL, STORAGE_FAILED. Whatever is refused leaves no bytes and the address usable.
    """
    paper = await _awaited(office, address)
    inspected = _Inspection(paper, chunks)
    draft = f"{paper.storage_key}-{secrets.token_hex(4)}"
    try:
        await office.storage.write(draft, inspected.passed())
    except OSError as error:
        log.exception("a paper could not be stored")
        raise refuse("STORAGE_FULL" if error.errno in FULL else "STORAGE_FAILED") from error
    return await _filled(office, paper, draft, inspected)


async def _awaited(office: Office, address: str) -> Attachment:
    row = office.addresses.opened(UPLOAD, address)
    paper = await Attachment.get_or_none(id=row or 0).select_related("application")
    if paper is None:
        raise refuse("UPLOAD_EXPIRED")
    if paper.status is not AttachmentStatus.PENDING:
        raise refuse("UPLOAD_DONE")
    if paper.application.status not in SAVING or paper.application.discarded_at:
        raise refuse("WRONG_STATE")
    return paper


class _Inspection:
    """Counts, hashes and sniffs the bytes while they pass to storage."""

    def __init__(self, paper: Attachment, chunks: AsyncIterator[bytes]) -> None:
        self._paper, self._chunks = paper, chunks
        self._hash, self._head, self._size = hashlib.sha256(), b"", 0

    async def passed(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            self._take(chunk)
            yield chunk
        self._judge()

    def _take(self, chunk: bytes) -> None:
        self._size += len(chunk)
        self._hash.update(chunk)
        if len(self._head) < SNIFFED:
            self._head += chunk[:SNIFFED]
        if self._size > (self._paper.size or 0):
            raise refuse("UPLOAD_SIZE")

    def _judge(self) -> None:
        if self._size != self._paper.size:
            raise refuse("UPLOAD_SIZE")
        if sniffed(self._head) != self._paper.content_type:
            raise refuse("UPLOAD_TYPE")

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def sniffed(head: bytes) -> str | None:
    """The content type that the first bytes tell, or None."""
    try:
        return puremagic.from_string(head, mime=True) or None
    except (puremagic.PureError, ValueError):
        return None


async def _filled(
    office: Office, paper: Attachment, draft: str, inspected: _Inspection
) -> Attachment:
    """Make the bytes the paper's, if it still waits for them in an application being edited."""
    try:
        async with office.act() as deed:
            deed.concerns(Kind.ATTACHMENT, paper.id)
            await _take(paper, draft, inspected.sha256)
    except Refused:
        await office.storage.delete(draft)
        raise
    return await Attachment.get(id=paper.id)


async def _take(paper: Attachment, draft: str, sha256: str) -> None:
    application = await Application.filter(id=paper.application_id).select_for_update().get()
    if application.status not in SAVING:
        raise refuse("WRONG_STATE")
    awaited = Attachment.filter(id=paper.id, status=AttachmentStatus.PENDING)
    stored = {"status": AttachmentStatus.STORED, "storage_key": draft, "sha256": sha256}
    if not await awaited.update(**stored):
        raise refuse("UPLOAD_DONE")


def status_for(
    actor: Actor | None, paper: Attachment, application: Application
) -> AttachmentStatus:
    """Where the paper stands to who looks at it."""
    for_unit = actor is not None and actor.role is Role.ENTERPRISE_ADMIN
    return status_of(paper, application, now(), for_unit=for_unit)


def address_of(
    office: Office, actor: Actor | None, paper: Attachment, application: Application
) -> str | None:
    """A short-lived address of the paper's bytes for who may read it; None if it has none. Papers
    that show an ID number are read by who sees the number.
    """
    if actor is None or not may_read_content(actor, application):
        return None
    sight = Sight(parties_of(actor, application))
    if paper.kind is not AttachmentKind.BUSINESS_LICENCE and not sight.in_full(Datum.ID_PAPER):
        return None
    if status_for(actor, paper, application) is not AttachmentStatus.STORED:
        return None
    return office.addresses.download(paper.id, now() + office.terms.download)


async def download(office: Office, address: str) -> Attachment | None:
    """The paper behind a signed address, which is given only while it can be viewed and is good
    for minutes.
    """
    row = office.addresses.opened(DOWNLOAD, address)
    paper = await Attachment.get_or_none(id=row or 0).select_related("application")
    if paper is None or paper.application.discarded_at:
        return None
    return paper if paper.status is AttachmentStatus.STORED else None


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
