"""Guessing what somebody else knows: each try counts before it is looked at; too many must wait.

A try is counted as a wrong one first, in the database, and taken back if it was none: many at once,
in many processes, are as many. A process looks at one guess of an account at a time, so that the
right ones of many windows are not in each other's way. Who is locked out is told so before any
password is looked at, and whether or not there is such an account.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from models.refusals import refuse
from resolvers.captchas import use_captcha
from resolvers.office import Office
from resolvers.tallies import Counted, Tally, count, forget, refuse_locked, take_back


@dataclass(frozen=True)
class Visitor:
    """Where a request comes from, and the captcha that it may have read."""

    address: str = ""
    captcha_id: str | None = None
    captcha_answer: str | None = None


class Guess:
    """One try under way. It counts as wrong unless said otherwise."""

    def __init__(self, counted: Sequence[Counted]) -> None:
        self._counted = counted
        self._right = self._taken_back = False

    def right(self) -> None:
        """It was right: what was counted against the account is forgotten."""
        self._right = self._taken_back = True

    def takes_back(self) -> None:
        """It was neither: it is as though it had not been."""
        self._taken_back = True

    async def settle(self) -> None:
        if not self._taken_back:
            return
        account, *others = self._counted
        await (forget(account.key) if self._right else take_back(account))
        for counted in others:
            await take_back(counted)


@asynccontextmanager
async def guessing(
    office: Office, tallies: Sequence[Tally], visitor: Visitor | None = None
) -> AsyncIterator[Guess]:
    """One try, counted. The first of `tallies` is the account's.

    Raises Refused: LOGIN_LOCKED, CAPTCHA_REQUIRED, CAPTCHA_WRONG.
    """
    for tally in tallies:
        refuse_locked(await tally.row())
    async with AsyncExitStack() as turns:
        for tally in tallies:
            gate = office.turns.of(tally.key, tally.patience.at_once)
            await turns.enter_async_context(gate)
        await _refuse_machines(tallies, visitor or Visitor())
        guess = Guess(await count(tallies))
        try:
            yield guess
        finally:
            await guess.settle()


async def _refuse_machines(tallies: Sequence[Tally], visitor: Visitor) -> None:
    rows = [(tally, await tally.row()) for tally in tallies]
    for _, row in rows:
        refuse_locked(row)
    if not any(tally.patience.wants_captcha(row.failures) for tally, row in rows):
        return
    if visitor.captcha_id is None:
        raise refuse("CAPTCHA_REQUIRED", "captchaId")
    await use_captcha(visitor.captcha_id, visitor.captcha_answer)
