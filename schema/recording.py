"""From a mutation or a read to the audit trail."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from models.actor import Actor
from models.application import Application
from models.audit import Entry, Who
from models.enums import AuditKind
from models.public_id import Kind, public_id
from models.refusals import Refusal
from resolvers.trail import Deed
from schema.audited import AUDITED, subject_in
from schema.context import Context, Info
from schema.loaders import Loaders, View

T = TypeVar("T")

RIGHTS = frozenset({
    "NOT_SIGNED_IN", "FORBIDDEN", "NOT_FOUND", "CARD_NEEDED", "SECOND_FACTOR_MISSING",
    "LOGIN_LOCKED", "PASSWORD_WRONG", "SECOND_FACTOR_WRONG", "SMS_CODE_WRONG", "FOUR_EYES",
})  # fmt: skip
"""Refusals of a right, and wrong guesses of a secret. Of a sign-in, every refusal is one."""


def deed_of(info: Info, input: Any) -> Deed:
    """What the mutation `info` is of is about to do."""
    rule = AUDITED[info.field_name]
    deed = Deed(info.field_name, Who(address=info.context.client_address), rule.kind)
    deed.subject = subject_in(rule, input)
    return deed


async def done_on_record(
    context: Context, deed: Deed, act: Callable[[], Coroutine[Any, Any, T]]
) -> T:
    """Do `act`, which is recorded in its own transaction; what changed nothing of note, after it."""
    if AUDITED[deed.what].whole:
        async with context.office.act():
            return await act()
    answer = await act()
    if not deed.is_written:
        await context.office.trail.count(deed.entry())
    return answer


async def refused(context: Context, deed: Deed, refusals: Sequence[Refusal]) -> None:
    """Record the refusal of a right; other mistakes are nobody's business."""
    codes = list(dict.fromkeys(refusal.code for refusal in refusals))
    if deed.kind is AuditKind.SIGN_IN or RIGHTS.intersection(codes):
        told = replace(deed.entry(), kind=AuditKind.REFUSED, outcome=" ".join(codes))
        await context.office.trail.count(told)


async def denied(
    context: Context, viewer: Actor, what: str, code: str, wanted: int | None = None
) -> None:
    """Record that somebody signed in asked to read, in the field `what`, what is not theirs to see,
    or is not there: the application `wanted`, if it is about one.
    """
    who = Who(address=context.client_address).being(viewer)
    subject = public_id(Kind.APPLICATION, wanted) if wanted else ""
    await context.office.trail.count(Entry(who, AuditKind.REFUSED, what, subject, code))


async def shown(info: Info, application: Application, loaders: Loaders) -> None:
    """A person's data are about to be told: who is not of their unit leaves a row first, one for
    all applications of a list.
    """
    viewer = loaders.viewer
    if viewer is None or viewer.enterprise_id == application.enterprise_id:
        return
    who = Who(address=info.context.client_address).being(viewer)
    subject = public_id(Kind.APPLICATION, application.id)
    await loaders.views.load(View(info.context.office.trail, who, subject))
