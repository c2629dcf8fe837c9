"""Signing in by password (manual §3.1), and for officers by a second factor too."""

from collections.abc import Iterable

from models.account import Account
from models.enums import Consent, SignInMethod
from models.refusals import refuse, refuse_any
from resolvers.guessing import Guess, Visitor, guessing
from resolvers.office import Office
from resolvers.registration import wrong_consents
from resolvers.second_factor import has_second_factor, is_second_factor
from resolvers.sessions import SignedIn, open_session
from resolvers.tallies import tallies_from_outside
from resolvers.trail import ACCOUNT


async def login(
    office: Office,
    username: str,
    password: str,
    consents: Iterable[Consent],
    totp: str | None = None,
    visitor: Visitor | None = None,
) -> SignedIn:
    """Open a session.

    Raises Refused: CONSENT_REQUIRED, LOGIN_LOCKED, CAPTCHA_REQUIRED, CAPTCHA_WRONG, LOGIN_FAILED,
    SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG.
    """
    refuse_any(wrong_consents(consents))
    visitor = visitor or Visitor()
    tallies = await tallies_from_outside(username, visitor.address)
    async with guessing(office, tallies, visitor) as guess:
        account = await Account.get_or_none(username=username)
        if account:
            office.trail.deed.concerns(ACCOUNT, account.id)
        kept = account.password_hash if account else None
        if not await office.passwords.matches(kept, password) or account is None:
            raise refuse("LOGIN_FAILED")
        await _second_factor(account, totp, guess)
        guess.right()
    async with office.act():
        return await open_session(office, account, SignInMethod.PASSWORD, address=visitor.address)


async def _second_factor(account: Account, totp: str | None, guess: Guess) -> None:
    """A missing code is no wrong one, and forgives none either."""
    if not await has_second_factor(account.id):
        return
    if not totp:
        guess.takes_back()
        raise refuse("SECOND_FACTOR_REQUIRED", "totp")
    if not await is_second_factor(account.id, totp):
        raise refuse("SECOND_FACTOR_WRONG", "totp")
