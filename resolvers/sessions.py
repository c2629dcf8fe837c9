"""Signing in and out. A session's token is opaque and kept only as a hash."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.account import Account, Session
from models.actor import Actor
from models.clock import now
from models.enums import Consent, SignInMethod
from models.refusals import refuse, refuse_any
from resolvers.office import Office
from resolvers.registration import wrong_consents


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the token is told once and never again."""

    token: str
    expires_at: datetime


async def login(
    office: Office, username: str, password: str, consents: Iterable[Consent]
) -> SignedIn:
    """Sign in by password (manual §3.1). Raises Refused: CONSENT_REQUIRED, LOGIN_FAILED."""
    refuse_any(wrong_consents(consents))
    account = await Account.get_or_none(username=username)
    if not await office.passwords.matches(account.password_hash if account else None, password):
        raise refuse("LOGIN_FAILED")
    if account is None:
        raise refuse("LOGIN_FAILED")
    return await open_session(office, account, SignInMethod.PASSWORD)


async def open_session(
    office: Office, account: Account, by: SignInMethod, certificate_id: int | None = None
) -> SignedIn:
    """`certificate_id`: of the card that signed in; revoking it ends the session."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + office.terms.session
    await Session.create(
        token_hash=_hash(token),
        account=account,
        signed_in_by=by,
        certificate_id=certificate_id,
        expires_at=expires_at,
    )
    return SignedIn(token, expires_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def actor_of(token: str) -> Actor | None:
    """Who holds `token`, or None when it is unknown, expired or revoked."""
    session = await Session.get_or_none(token_hash=_hash(token)).select_related("account")
    if session is None or session.revoked_at or session.expires_at <= now():
        return None
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
    )


async def still_signed_in(actor: Actor) -> bool:
    """Whether the session behind `actor` has neither ended nor been revoked."""
    return await Session.exists(id=actor.session_id, revoked_at__isnull=True, expires_at__gt=now())


async def logout(actor: Actor) -> None:
    """Sign out (manual §3.2): the token is of no use from now on."""
    await Session.filter(id=actor.session_id, revoked_at__isnull=True).update(revoked_at=now())
