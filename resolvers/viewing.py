"""Papers seen: by whom, how long, and at which address."""

from models.actor import Actor
from models.application import Application, Attachment
from models.clock import now
from models.enums import AttachmentKind, AttachmentStatus, Role
from models.masking import Datum, Sight
from models.papers import status_of
from models.workflow import parties_of
from resolvers.addresses import DOWNLOAD, Grant
from resolvers.office import Office
from resolvers.scope import may_read_content
from resolvers.sessions import actor_in


def status_for(
    actor: Actor | None, paper: Attachment, application: Application
) -> AttachmentStatus:
    """Where the paper stands to who looks at it."""
    for_unit = actor is not None and actor.role is Role.ENTERPRISE_ADMIN
    return status_of(paper, application, now(), for_unit=for_unit)


def may_view(actor: Actor, paper: Attachment, application: Application) -> bool:
    """Whether `actor` may read the bytes now. Papers that show an ID number are read by who sees
    the number.
    """
    if not may_read_content(actor, application):
        return False
    sight = Sight(parties_of(actor, application))
    if paper.kind is not AttachmentKind.BUSINESS_LICENCE and not sight.in_full(Datum.ID_PAPER):
        return False
    return status_for(actor, paper, application) is AttachmentStatus.STORED


def address_of(
    office: Office, actor: Actor | None, paper: Attachment, application: Application
) -> str | None:
    """A short-lived address of the paper's bytes for who may read it; None if it has none."""
    if actor is None or not may_view(actor, paper, application):
        return None
    until = now() + office.terms.download
    return office.addresses.download(Grant(paper.id, actor.session_id), until)


async def download(office: Office, address: str) -> Attachment | None:
    """The paper behind a signed address, which is good for minutes, while the session lives that it
    was made for, and as long as whoever is signed in there may view the paper.
    """
    grant = office.addresses.opened(DOWNLOAD, address)
    actor = await actor_in(office, grant.session_id) if grant else None
    if grant is None or actor is None:
        return None
    paper = await Attachment.get_or_none(id=grant.attachment_id).select_related("application")
    if paper is None or paper.application.discarded_at:
        return None
    return paper if may_view(actor, paper, paper.application) else None
