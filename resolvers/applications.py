"""Starting an application, reading it, and throwing it away (manual §5.1, §5.5)."""

from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from models.actor import Actor
from models.application import Agent, Application, Attachment, Operator, Verification
from models.clock import now
from models.enums import (
    ApplicationAction,
    ApplicationEventType,
    ApplicationKind,
    Role,
)
from models.log import append
from models.public_id import Kind
from models.refusals import refuse
from resolvers.editing import expect_version, locked
from resolvers.office import Office
from resolvers.papers import forget, forgotten
from resolvers.rights import has_legal_card
from resolvers.scope import visible


@dataclass(frozen=True)
class Permission:
    """Whether one may start an application of this kind, and the code of why not."""

    kind: ApplicationKind
    refusal: str | None

    @property
    def allowed(self) -> bool:
        return self.refusal is None


async def may_start(actor: Actor) -> list[Permission]:
    """What the viewer may start now."""
    return [Permission(kind, await _start_refusal(actor)) for kind in ApplicationKind]


async def _start_refusal(actor: Actor) -> str | None:
    if actor.role is not Role.ENTERPRISE_ADMIN or actor.enterprise_id is None:
        return "ENTERPRISES_ONLY"
    if await has_legal_card(actor.enterprise_id):
        return "HAS_LEGAL_CARD"
    if await Application.exists(unfinished_of=actor.enterprise_id):
        return "UNFINISHED_APPLICATION"
    return None


async def start_application(office: Office, actor: Actor, kind: ApplicationKind) -> Application:
    """A new draft of the actor's unit.

    Raises Refused: ENTERPRISES_ONLY, HAS_LEGAL_CARD, UNFINISHED_APPLICATION.
    """
    if code := await _start_refusal(actor):
        raise refuse(code, "kind")
    try:
        async with office.act() as deed:
            row = await Application.create(
                kind=kind, enterprise_id=actor.enterprise_id, unfinished_of=actor.enterprise_id
            )
            await append(row, ApplicationEventType.STARTED, actor)
            deed.concerns(Kind.APPLICATION, row.id)
    except IntegrityError:  # another start of the same unit came first
        raise refuse("UNFINISHED_APPLICATION", "kind") from None
    return row


async def application_of(actor: Actor | None, application_id: int) -> Application | None:
    """The application, or None when it is not theirs to see."""
    return await visible(actor).get_or_none(id=application_id)


async def discard_application(
    office: Office, actor: Actor, application_id: int, version: int
) -> None:
    """Delete the whole application, not to be recovered (manual §5.1.2④). Its line in the log
    stays, its content does not.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT.
    """
    async with office.act():
        application = await locked(actor, application_id, ApplicationAction.DISCARD)
        expect_version(application, version)
        keys = await forget(Attachment.filter(application_id=application.id))
        for table in (Agent, Operator, Verification):
            await table.filter(application_id=application.id).delete()
        _empty(application)
        await application.save()
        await append(application, ApplicationEventType.DISCARDED, actor, was=application.status)
    await forgotten(office, keys)


ENTERED = (
    "region_code", "street", "maker_scope", "maker_id", "issuer_id", "data_centre_id",
    "legal_phone", "legal_email", "legal_media_type",
    "delivery_method", "delivery_contact", "delivery_phone", "delivery_address",
)  # fmt: skip


def _empty(application: Application) -> None:
    """Leave the row as a tombstone: what the log refers to, and nothing the unit had entered."""
    for name in ENTERED:
        setattr(application, name, None)
    application.return_reasons = []
    application.acknowledged = None
    application.unfinished_of = None
    application.discarded_at = now()
    application.version += 1
