"""Counting wrong guesses in the database: under which names, and one by one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.account import Session
from models.clock import now
from models.database import alone, transaction
from models.guesses import ACCOUNT, ADDRESS, INSIDE, Guesses, Patience
from models.network import masked_network, network_of
from models.refusals import Refused, RetryLater

KNOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Tally:
    """What is counted under a name, and with how much patience."""

    name: str
    patience: Patience

    @property
    def key(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()

    async def row(self) -> Guesses:
        """As it counts now."""
        row = await Guesses.get_or_none(key=self.key)
        if row is None or row.expires_at <= now():
            return Guesses(key=self.key, failures=0, locked_until=None)
        return row


@dataclass(frozen=True)
class Counted:
    """A try as it was counted: what to take back if it was no wrong one."""

    key: str
    failures: int
    locked_before: datetime | None


def _anywhere(username: str) -> Tally:
    return Tally(f"account|{username}", ACCOUNT)


def _known_here(username: str, network: str) -> Tally:
    return Tally(f"account|{username}|{network}", ACCOUNT)


async def tallies_from_outside(username: str, address: str) -> tuple[Tally, ...]:
    """Against the account, and from the address if it is known.

    Whoever comes from where the account was signed in lately is counted apart: strangers cannot
    lock the owner out there.
    """
    network = network_of(address)
    if not network:
        return (_anywhere(username),)
    known = await _is_known(username, masked_network(address))
    account = _known_here(username, network) if known else _anywhere(username)
    return account, Tally(f"address|{network}", ADDRESS)


async def _is_known(username: str, network: str) -> bool:
    if not network:
        return False
    since = now() - KNOWN_FOR
    return await Session.exists(account__username=username, network=network, created_at__gt=since)


def tallies_inside(account_id: int) -> tuple[Tally, ...]:
    """Against the account by who is signed in already; strangers have no part in it."""
    return (Tally(f"inside|{account_id}", INSIDE),)


def refuse_locked(row: Guesses) -> None:
    """Raises Refused (LOGIN_LOCKED) while the wait lasts."""
    if row.locked_until and row.locked_until > now():
        raise Refused(RetryLater("LOGIN_LOCKED", retry_at=row.locked_until))


async def count(tallies: Sequence[Tally]) -> list[Counted]:
    """One wrong guess more, with the wait that it costs. Raises Refused (LOGIN_LOCKED)."""
    async with transaction():
        return [await _count(tally) for tally in tallies]


async def _count(tally: Tally) -> Counted:
    await alone(tally.key)
    row = await tally.row()
    refuse_locked(row)
    before, moment = row.locked_until, now()
    row.failures += 1
    wait = tally.patience.delay(row.failures)
    row.locked_until = moment + wait if wait else before
    row.expires_at = moment + tally.patience.forgotten_after
    await Guesses.bulk_create(
        [row], update_fields=["failures", "locked_until", "expires_at"], on_conflict=["key"]
    )
    return Counted(tally.key, row.failures, before)


async def take_back(counted: Counted) -> None:
    """One wrong guess less; its wait is lifted unless another one came behind it."""
    async with transaction():
        await alone(counted.key)
        row = await Guesses.get_or_none(key=counted.key)
        if row is None or row.failures == 0:
            return
        if row.failures == counted.failures:
            row.locked_until = counted.locked_before
        row.failures -= 1
        await row.save(update_fields=["failures", "locked_until"])


async def forget(key: str) -> None:
    """As though nothing had ever been counted."""
    await Guesses.filter(key=key).delete()


async def forget_guesses(username: str, address: str = "") -> None:
    """The same for what was counted against an account, by strangers and from `address`."""
    for tally in (_anywhere(username), _known_here(username, network_of(address))):
        await forget(tally.key)
