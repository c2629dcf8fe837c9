"""The audit trail as acts see it: what is under way, and its row in the act's own transaction.

What anybody can cause without end (refusals, what a visitor asks for, looking at the same again) is
written at once the first time; what is the same within a minute is counted, and written as one row
with its number.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.account import Account, Session
from models.actor import Actor
from models.audit import Entry, Who, append
from models.clock import now
from models.database import is_passing, transaction
from models.enums import AuditKind

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=1)
EVERY = 20.0  # seconds between looks for windows that have closed
MOST_VISITORS = 200
"""Of one window: so many different things of visitors are told apart."""
SYSTEM = "system"
ACCOUNT = "account"
COMMAND_LINE = Who(username="command line")


class Deed:
    """What is under way: one mutation, command or job, and who does it."""

    def __init__(self, what: str, who: Who, kind: AuditKind = AuditKind.ACT) -> None:
        self.what, self.who, self.kind = what, who, kind
        self.subject = ""
        self.is_written = False

    def by(self, actor: Actor) -> None:
        """It turned out who the visitor is."""
        self.who = self.who.being(actor)

    def signs_in(self, account: Account, session: Session) -> None:
        """Whoever signed in is, from now on, who does it."""
        self.opens(account)
        self.who = replace(self.who, signed_in_by=session.signed_in_by, session_id=session.id)

    def opens(self, account: Account) -> None:
        """Nobody was signed in; the account does it itself."""
        self.subject = subject_of(ACCOUNT, account.id)
        self.who = replace(
            self.who, account_id=account.id, username=account.username, role=account.role
        )

    def concerns(self, kind: str, row: int) -> None:
        """What it is about, when that is not in its input."""
        self.subject = subject_of(kind, row)

    def entry(self) -> Entry:
        return Entry(self.who, self.kind, self.what, self.subject)


def subject_of(kind: str, row: int) -> str:
    """As public ids are: `app-17`."""
    return f"{kind}-{row}"


def deed_about(what: str, who: Who, kind: str, row: int) -> Deed:
    """A deed whose subject is known from the beginning."""
    deed = Deed(what, who)
    deed.concerns(kind, row)
    return deed


@dataclass
class _Window:
    """What was the same until `ends_at`: the first is written, `more` came after it."""

    entry: Entry
    ends_at: datetime
    more: int = 0


class Trail:
    """The trail of one deployment. `key` is what its rows are chained by."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._under_way: ContextVar[Deed | None] = ContextVar("deed", default=None)
        self._windows: dict[Entry, _Window] = {}

    @property
    def deed(self) -> Deed:
        """What is under way here; the system's own doing when nobody has said."""
        return self._under_way.get() or Deed(SYSTEM, Who())

    @contextmanager
    def during(self, deed: Deed) -> Iterator[Deed]:
        """What is recorded inside is this deed, and one row of it."""
        token = self._under_way.set(deed)
        try:
            yield deed
        finally:
            self._under_way.reset(token)

    @asynccontextmanager
    async def recorded(self) -> AsyncIterator[Deed]:
        """A transaction that ends with the deed's row: neither is there without the other."""
        deed = self.deed
        async with transaction():
            yield deed
            if not deed.is_written:
                await self.add(deed)
        deed.is_written = True

    async def add(self, deed: Deed) -> None:
        """The deed's row, inside the present transaction and last in it."""
        await append(self._key, deed.entry())

    async def write(self, entry: Entry) -> None:
        """A row by itself."""
        async with transaction():
            await append(self._key, entry)

    async def count(self, entry: Entry) -> None:
        """A row, or one more of what was the same within the minute. What the database cannot take
        now is counted.
        """
        kept = self._kept(entry)
        window = self._windows.get(kept)
        if window and window.ends_at > now():
            window.more += 1
            return
        self._windows[kept] = _Window(replace(entry, who=kept.who), now() + WINDOW)
        await self._told(kept, 1 + (window.more if window else 0))

    def _kept(self, entry: Entry) -> Entry:
        """What counts as the same: refusals, whatever they were about; too many visitors, all."""
        if entry.kind is not AuditKind.VIEW:
            entry = replace(entry, subject="")
        if entry in self._windows or entry.who.account_id or len(self._windows) < MOST_VISITORS:
            return entry
        return replace(entry, who=Who())

    async def _told(self, kept: Entry, times: int) -> None:
        window = self._windows[kept]
        try:
            await self.write(replace(window.entry, times=times))
        except Exception as error:
            window.more += times
            if not is_passing(error):
                raise
            log.warning("an audit row waits for the database: %s", type(error).__name__)

    async def settle(self, *, every: bool = False) -> float:
        """Write what was counted in windows that have closed (or in every one), and forget them.
        Answers in how many seconds to do it again.
        """
        for kept, window in list(self._windows.items()):
            if not every and window.ends_at > now():
                continue
            if window.more:
                times, window.more = window.more, 0
                await self._told(kept, times)
            if not window.more:
                self._windows.pop(kept, None)
        return EVERY
