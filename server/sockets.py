"""All open sockets of a process, looked after by one task: who is still there, who takes what is
told, whose session has ended.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from models.refusals import Refusal
from resolvers.office import Office
from resolvers.sessions import Proof, fingerprint, living_among
from schema.live import anybody
from server.transport import NO_ANSWER, TransportHandler
from subscriptions.figures import LiveFigures
from subscriptions.rounds import Rounds

log = logging.getLogger(__name__)

TICK = 1.0  # seconds between two looks
NOBODY = 3600.0  # seconds to sleep when there is none
SOONEST = 0.2  # seconds between two looks at the sessions, however much happens
PING_EVERY = 20.0  # seconds of silence from the client before it is asked whether it is there
STALLED = 15.0  # seconds for which a client may take nothing of what it is sent
TOO_MANY = 4429
NOBODYS = 4401
ANONYMOUS = 4  # at most every fourth of the sockets may be a visitor's
RESTARTING = 1012  # RFC 6455's registry: Service Restart


@dataclass(frozen=True)
class Bounds:
    """How many sockets a process holds; 0 is no limit."""

    in_all: int = 0
    per_account: int = 0


class Sockets:
    """Who is connected."""

    def __init__(self, office: Office, bounds: Bounds, figures: LiveFigures) -> None:
        self._office, self._bounds, self._figures = office, bounds, figures
        self._open: dict[TransportHandler, float] = {}  # when it is to be asked whether it is there
        self._accounts: Counter[int] = Counter()
        self._proofs: dict[Proof, set[tuple[TransportHandler, str]]] = {}
        self._anonymous = 0
        self._is_draining = False
        self._rounds = Rounds(self._round, "the keeper of the sockets")
        self._next_look = 0.0

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[TransportHandler]:
        return iter(tuple(self._open))

    @property
    def watched(self) -> int:
        """How many live operations are told what happens."""
        return sum(w.is_told for handler in self._open for w in handler.watching.values())

    @contextmanager
    def holding(self, handler: TransportHandler) -> Iterator[None]:
        self._open[handler] = _time() + PING_EVERY
        if len(self._open) == 1:
            self._rounds.wake()
        try:
            yield
        finally:
            del self._open[handler]
            if handler.is_counted:
                self._count_out(handler.account)

    def _count_out(self, account: int | None) -> None:
        if account is None:
            self._anonymous -= 1
        elif self._accounts[account] > 1:
            self._accounts[account] -= 1
        else:
            del self._accounts[account]

    def watches(self, handler: TransportHandler, key: str, proof: Proof) -> None:
        """An operation that is to end with its session, and with its token."""
        self._proofs.setdefault(proof, set()).add((handler, key))

    def leaves(self, handler: TransportHandler, key: str, proof: Proof) -> None:
        there = self._proofs.get(proof, set())
        there.discard((handler, key))
        if not there:
            self._proofs.pop(proof, None)

    def refusal(self, account: int | None) -> tuple[int, str] | None:
        """Count a socket of an account in; the code and reason when it is to be closed again."""
        if account is None:
            self._anonymous += 1
        else:
            self._accounts[account] += 1
        if self._is_draining:
            return RESTARTING, "Restarting"
        if account is None and self._anonymous > self._bounds.in_all // ANONYMOUS > 0:
            return TOO_MANY, "Too many connections"
        in_all, of_account = len(self._open), self._accounts[account] if account else 0
        if 0 < self._bounds.in_all < in_all or 0 < self._bounds.per_account < of_account:
            return TOO_MANY, "Too many connections"
        return None

    def wake(self) -> None:
        """Something was committed: it may have ended a session."""
        self._rounds.wake()

    async def run(self) -> None:
        """Look after them until cancelled."""
        await self._rounds.run()

    async def _round(self) -> float:
        if not self._open:
            return NOBODY
        await self._look_at_sessions()
        if self._next_look <= _time():
            self._next_look = _time() + TICK
            self._look_at_clients()
        await asyncio.sleep(SOONEST)
        return TICK - SOONEST

    def _look_at_clients(self) -> None:
        moment = _time()
        for handler, due in tuple(self._open.items()):
            if _idles(handler, due, moment):
                handler.later(handler.let_go(NOBODYS, "Sign in, or ask something"))
            elif _is_stalled(handler, moment):
                handler.protocol.abort()  # type: ignore[union-attr]
                self._figures.aborted.inc()
            elif due <= moment and handler.connection_acknowledged:
                self._open[handler] = moment + PING_EVERY
                _ask(handler)

    async def _look_at_sessions(self) -> None:
        """End what is watched in sessions that have ended, unless the socket holds a new token for
        the same.
        """
        living = await living_among(self._office, {session for session, _ in self._proofs})
        for proof in self._proofs.keys() - living:
            for handler, key in tuple(self._proofs.get(proof, ())):
                await self._end(handler, key)

    async def _end(self, handler: TransportHandler, key: str) -> None:
        actor = await handler.context.viewer()
        watching = handler.watching.get(key)
        if watching is None:
            return
        self.leaves(handler, key, watching.proof)
        if actor and (actor.account_id, anybody(actor)) == (watching.account, watching.scope):
            handler.goes_on(key, (actor.session_id, fingerprint(handler.context.token or "")))
        else:
            handler.later(handler.end_operation(key, Refusal("NOT_SIGNED_IN")))

    async def drain(self, seconds: float) -> None:
        """Answer what was asked and close every socket, spread over `seconds`, so that clients do
        not come back all at once. Who comes meanwhile is sent away.
        """
        self._is_draining = True
        handlers = list(self._open)
        random.shuffle(handlers)
        for handler in handlers:
            handler.later(
                handler.says_goodbye(RESTARTING, f"Restarting: come back in {seconds:g} s")
            )
            await asyncio.sleep(seconds / len(handlers))


def _time() -> float:
    return asyncio.get_running_loop().time()


def _idles(handler: TransportHandler, due: float, moment: float) -> bool:
    """A visitor's socket that asks nothing when it is looked at."""
    anonymous = handler.connection_acknowledged and handler.account is None
    return anonymous and due <= moment and not handler.operations


def _is_stalled(handler: TransportHandler, moment: float) -> bool:
    since = handler.protocol.full_since if handler.protocol else None
    return since is not None and moment - since > STALLED


def _ask(handler: TransportHandler) -> None:
    """Ping who has been silent; let go who has not answered the last one."""
    heard, handler.heard = handler.heard, False
    if heard:
        return
    if handler.asked:
        handler.later(handler.let_go(NO_ANSWER, "No answer to a ping"))
    else:
        handler.later(handler.ping())
