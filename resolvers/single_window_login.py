"""Signing in by the Single Window (manual §4.1): away with a browser, and back with a code."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.account import Session
from models.actor import Actor
from models.clock import now
from models.enums import Consent, Role, SignInMethod
from models.refusals import refuse, refuse_any
from models.single_window import SingleWindowLink, SingleWindowVisit
from resolvers.id_token import hashed
from resolvers.office import Office
from resolvers.registration import wrong_consents
from resolvers.rights import refuse_without_card
from resolvers.sessions import SignedIn, open_session
from resolvers.single_window import Leaving, Returning, SingleWindow
from resolvers.single_window_units import account_of
from resolvers.trail import ACCOUNT


@dataclass(frozen=True)
class Visit:
    """What the page gets that begins: where the browser goes, and what the page keeps to itself."""

    url: str
    binding: str
    expires_at: datetime


@dataclass(frozen=True)
class Answer:
    """What came back in the address (`state`, `code`, `iss`), and what the page had kept."""

    state: str
    code: str
    binding: str
    iss: str | None = None


async def begin_single_window_sign_in(office: Office, redirect_uri: str | None) -> Visit:
    """Prepare one sign-in.

    Raises Refused: SINGLE_WINDOW_CLOSED, SINGLE_WINDOW_REDIRECT, SINGLE_WINDOW_AWAY,
    SINGLE_WINDOW_FAILED.
    """
    window = _window(office)
    back = redirect_uri or window.redirects[0]
    if back not in window.redirects:
        raise refuse("SINGLE_WINDOW_REDIRECT", "redirectUri")
    state, binding, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    leaving = Leaving(state, nonce, secrets.token_urlsafe(48), back)
    url = await window.address(leaving)
    row = await SingleWindowVisit.create(
        state_hash=hashed(state),
        binding_hash=hashed(binding),
        nonce_hash=hashed(nonce),
        verifier=leaving.verifier,
        redirect_uri=back,
        expires_at=now() + office.terms.single_window_visit,
    )
    return Visit(url, binding, row.expires_at)


def _window(office: Office) -> SingleWindow:
    if office.single_window is None:
        raise refuse("SINGLE_WINDOW_CLOSED")
    return office.single_window


async def login_with_single_window(
    office: Office, answer: Answer, consents: Iterable[Consent], address: str = ""
) -> SignedIn:
    """Sign a unit's administrator in; a unit that nobody has registered is registered by it. The
    visit is used up first, whatever comes out, and nobody is asked while a transaction is open.

    Raises Refused: SINGLE_WINDOW_CLOSED, SINGLE_WINDOW_VISIT_UNKNOWN, SINGLE_WINDOW_VISIT_EXPIRED,
    SINGLE_WINDOW_VISIT_DIFFERS, CONSENT_REQUIRED, SINGLE_WINDOW_AWAY, SINGLE_WINDOW_FAILED,
    SINGLE_WINDOW_UNIT_DIFFERS, SINGLE_WINDOW_LINKED_TO_ANOTHER, SINGLE_WINDOW_DATA_MISSING.
    """
    window = _window(office)
    visit = await _used_up(answer)
    refuse_any(wrong_consents(consents))
    identity = await window.identity(
        Returning(answer.code, answer.iss, visit.nonce_hash, visit.verifier, visit.redirect_uri)
    )
    async with office.act():
        account = await account_of(office, identity)
        return await open_session(office, account, SignInMethod.SINGLE_WINDOW, address=address)


async def _used_up(answer: Answer) -> SingleWindowVisit:
    """The visit, deleted by the statement that finds it: of many answers at once, one goes on."""
    row = await SingleWindowVisit.get_or_none(state_hash=hashed(answer.state))
    if row is None or not await SingleWindowVisit.filter(id=row.id).delete():
        raise refuse("SINGLE_WINDOW_VISIT_UNKNOWN", "state")
    if row.expires_at <= now():
        raise refuse("SINGLE_WINDOW_VISIT_EXPIRED", "state")
    if not hmac.compare_digest(hashed(answer.binding), row.binding_hash):
        raise refuse("SINGLE_WINDOW_VISIT_DIFFERS", "binding")
    return row


async def is_linked(actor: Actor) -> bool:
    """Whether somebody of the Single Window opens the actor's account."""
    return await SingleWindowLink.exists(account_id=actor.account_id)


async def unlink_single_window(office: Office, actor: Actor) -> int:
    """Let nobody of the Single Window open the actor's account, until one is linked anew; other
    sessions that were opened so end. Answers how many links there were.

    Raises Refused: FORBIDDEN, CARD_NEEDED.
    """
    if actor.role is not Role.ENTERPRISE_ADMIN:
        raise refuse("FORBIDDEN")
    await refuse_without_card(actor)
    async with office.act() as deed:
        gone = await SingleWindowLink.filter(account_id=actor.account_id).delete()
        opened = Session.filter(account_id=actor.account_id, revoked_at__isnull=True)
        others = opened.filter(signed_in_by=SignInMethod.SINGLE_WINDOW).exclude(id=actor.session_id)
        await others.update(revoked_at=now())
        deed.concerns(ACCOUNT, actor.account_id)
    return gone
