"""The bytes of a paper: taken at a signed address, looked at as a whole, and then the paper's."""

import errno
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator

import puremagic

from models.actor import Actor
from models.application import Attachment
from models.enums import ApplicationAction, AttachmentStatus
from models.public_id import Kind
from models.refusals import refuse
from models.workflow import WORKFLOW
from resolvers.addresses import UPLOAD
from resolvers.editing import locked
from resolvers.office import Office
from resolvers.scope import visible
from resolvers.sessions import actor_in, still_signed_in

log = logging.getLogger(__name__)

SNIFFED = 4096
ADDRESS = "address"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
SAVING = frozenset(move.start for move in WORKFLOW if move.act is ApplicationAction.SAVE)


async def upload(office: Office, address: str, chunks: AsyncIterator[bytes]) -> Attachment:
    """Take the bytes of a paper: exactly as many and of the type that was declared, and fit to be
    looked at.

    Raises Refused: UPLOAD_EXPIRED, UPLOAD_DONE, WRONG_STATE, UPLOAD_SIZE, UPLOAD_TYPE,
    STORAGE_FULL, STORAGE_FAILED, FORBIDDEN, CARD_NEEDED, what `Inspector` finds. Whatever is
    refused leaves no bytes and the address usable.
    """
    actor, paper = await _awaited(office, address)
    draft = f"{paper.storage_key}-{secrets.token_hex(4)}"
    sha256 = await _stored(office, paper, draft, chunks)
    try:
        await _look_through(office, paper, draft)
        await _fill(office, actor, paper, draft, sha256)
    except BaseException:  # also when the server is stopped: nobody else knows of the draft
        await office.storage.delete(draft)
        raise
    return await Attachment.get(id=paper.id)


async def _awaited(office: Office, address: str) -> tuple[Actor, Attachment]:
    """The paper that waits for its bytes, and who prepared it and is still signed in."""
    grant = office.addresses.opened(UPLOAD, address)
    actor = await actor_in(office, grant.session_id) if grant else None
    if grant is None or actor is None:
        raise refuse("UPLOAD_EXPIRED")
    paper = await Attachment.get_or_none(id=grant.attachment_id).select_related("application")
    if paper is None or not await visible(actor).filter(id=paper.application_id).exists():
        raise refuse("UPLOAD_EXPIRED")
    if paper.status is not AttachmentStatus.PENDING:
        raise refuse("UPLOAD_DONE")
    if paper.application.status not in SAVING:
        raise refuse("WRONG_STATE")
    return actor, paper


async def _stored(
    office: Office, paper: Attachment, draft: str, chunks: AsyncIterator[bytes]
) -> str:
    """Keep the bytes under `draft`; answers their SHA-256."""
    inspected = _Inspection(paper, chunks)
    try:
        await office.storage.write(draft, inspected.passed())
    except OSError as error:
        log.exception("a paper could not be stored")
        raise refuse("STORAGE_FULL" if error.errno in FULL else "STORAGE_FAILED") from error
    return inspected.sha256


async def _look_through(office: Office, paper: Attachment, draft: str) -> None:
    content = b"".join([chunk async for chunk in office.storage.read(draft)])
    await office.inspector.judge(content, paper.content_type)


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


async def _fill(office: Office, actor: Actor, paper: Attachment, draft: str, sha256: str) -> None:
    """Make the bytes the paper's, if it still waits for them in an application being edited, by who
    is still signed in.
    """
    async with office.act() as deed:
        deed.by(actor)
        deed.concerns(Kind.ATTACHMENT, paper.id)
        if not await still_signed_in(office, actor):
            raise refuse("UPLOAD_EXPIRED")
        await locked(actor, paper.application_id, ApplicationAction.SAVE, ADDRESS)
        awaited = Attachment.filter(id=paper.id, status=AttachmentStatus.PENDING)
        stored = {"status": AttachmentStatus.STORED, "storage_key": draft, "sha256": sha256}
        if not await awaited.update(**stored):
            raise refuse("UPLOAD_DONE")
