"""Sessions: opened, used, listed, ended. A session's token is opaque and kept only as a hash."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeAlias

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.account import Account, Session
from models.actor import Actor
from models.clock import now
from models.enums import Role, SignInMethod
from models.network import masked_network
from models.refusals import refuse
from models.second_factor import SecondFactor
from resolvers.office import Office

AT_ONCE = 5000  # sessions asked about in one statement
USED_AGAIN = timedelta(minutes=1)
"""No sooner is a further use written down: reading writes at most once a minute."""


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the token is told once and never again."""

    token: str
    expires_at: datetime
    may_only_enrol: bool = False

    @property
    def fingerprint(self) -> str:
        """Tells it from every other, and nothing of the token."""
        return fingerprint(self.token)[:16]


async def open_session(
    office: Office,
    account: Account,
    by: SignInMethod,
    certificate_id: int | None = None,
    address: str = "",
) -> SignedIn:
    """`certificate_id`: of the card that signed in; revoking it ends the session."""
    token, moment = secrets.token_urlsafe(32), now()
    expires_at = moment + office.terms.session
    session = await Session.create(
        token_hash=fingerprint(token),
        account=account,
        signed_in_by=by,
        certificate_id=certificate_id,
        network=masked_network(address),
        last_used_at=moment,
        expires_at=expires_at,
    )
    office.trail.deed.signs_in(account, session)
    return SignedIn(token, expires_at, await _may_only_enrol(office, account))


async def continue_in(office: Office, account_id: int | None, token: str) -> datetime:
    """Until when the session of `token` can be used, in which a socket of the account goes on.

    Raises Refused: NOT_SIGNED_IN when it cannot, FORBIDDEN when it is another account's, or the
    socket nobody's.
    """
    session = await _living(office, token_hash=fingerprint(token))
    if session is None:
        raise refuse("NOT_SIGNED_IN", "token")
    if account_id != session.account_id:
        raise refuse("FORBIDDEN", "token")
    office.trail.deed.by(await _actor(office, session))
    await _used(session)
    return session.expires_at


async def rotate(actor: Actor) -> SignedIn:
    """Another token for the same session; the old one is of no use from now on."""
    token = secrets.token_urlsafe(32)
    row = await Session.get(id=actor.session_id)
    row.token_hash = fingerprint(token)
    await row.save(update_fields=["token_hash"])
    return SignedIn(token, row.expires_at)


def fingerprint(token: str) -> str:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def _alive(office: Office) -> Q:
    """Neither revoked nor expired, and not left alone for too long."""
    moment = now()
    idle = Q(last_used_at__gt=moment - office.terms.session_idle)
    return Q(revoked_at__isnull=True, expires_at__gt=moment) & idle


async def _may_only_enrol(office: Office, account: Account) -> bool:
    """Whether it is an officer who still lacks the second factor that this office requires."""
    if account.role is Role.ENTERPRISE_ADMIN or not office.terms.officer_second_factor:
        return False
    return not await SecondFactor.exists(account_id=account.id, secret__isnull=False)


async def actor_of(office: Office, token: str) -> Actor | None:
    """Who holds `token`, or None when it is unknown, expired or revoked. This is a use of it."""
    session = await _living(office, token_hash=fingerprint(token))
    if session is None:
        return None
    await _used(session)
    return await _actor(office, session)


async def actor_in(office: Office, session_id: int) -> Actor | None:
    """Who is signed in there, or None when it has ended or is good for enrolling only. No use of
    it: whoever asks need not hold its token.
    """
    session = await _living(office, id=session_id)
    actor = await _actor(office, session) if session else None
    return None if actor is None or actor.may_only_enrol else actor


async def _living(office: Office, **which: str | int) -> Session | None:
    return await Session.filter(_alive(office), **which).select_related("account").first()


async def _actor(office: Office, session: Session) -> Actor:
    account = session.account
    return Actor(
        account_id=account.id,
        session_id=session.id,
        username=account.username,
        name=account.name or account.username,
        role=account.role,
        signed_in_by=session.signed_in_by,
        enterprise_id=account.enterprise_id,
        institution_id=account.institution_id,
        may_only_enrol=await _may_only_enrol(office, account),
    )


async def _used(session: Session) -> None:
    before = now() - USED_AGAIN
    if session.last_used_at and session.last_used_at < before:
        await Session.filter(id=session.id, last_used_at__lt=before).update(last_used_at=now())


async def still_signed_in(office: Office, actor: Actor) -> bool:
    """Whether the session behind `actor` has neither ended nor been revoked."""
    return await Session.exists(_alive(office), id=actor.session_id)


Proof: TypeAlias = tuple[int, str]
"""A session, and the fingerprint of a token of it: changing the password makes another token."""


async def living_among(office: Office, session_ids: Iterable[int]) -> set[Proof]:
    """Those of the sessions that have neither ended nor been revoked, with the token of each."""
    found: set[Proof] = set()
    for some in _batched(session_ids, AT_ONCE):
        living: Any = Session.filter(_alive(office), id__in=some).values_list("id", "token_hash")
        found.update(await living)
    return found


def _batched(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, size)):
        yield some


async def open_sessions(office: Office, actor: Actor) -> list[Session]:
    """The actor's own, the last used first."""
    return await _own(actor).filter(_alive(office)).order_by("-last_used_at", "-id")


def _own(actor: Actor) -> QuerySet[Session]:
    return Session.filter(account_id=actor.account_id, revoked_at__isnull=True)


def ends_at(office: Office, session: Session) -> datetime:
    """When it ends unless it is used before: the sooner of its end and of being idle."""
    used = session.last_used_at or session.created_at
    return min(session.expires_at, used + office.terms.session_idle)


async def logout(actor: Actor) -> None:
    """Sign out (manual §3.2): the token is of no use from now on."""
    await _own(actor).filter(id=actor.session_id).update(revoked_at=now())


async def revoke_session(actor: Actor, session_id: int) -> int:
    """End one of the actor's own sessions. Raises Refused: NOT_FOUND."""
    count = await _own(actor).filter(id=session_id).update(revoked_at=now())
    if not count:
        raise refuse("NOT_FOUND", "sessionId")
    return count


async def revoke_other_sessions(actor: Actor) -> int:
    """End all of the actor's sessions but this one; answers how many."""
    return await _own(actor).exclude(id=actor.session_id).update(revoked_at=now())


async def revoke_all_sessions(account_id: int) -> None:
    """End every session of an account."""
    open_ = Session.filter(account_id=account_id, revoked_at__isnull=True)
    await open_.update(revoked_at=now())
