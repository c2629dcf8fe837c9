"""What one connection watches, whatever carries it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from models.actor import Actor
from resolvers.sessions import Proof, fingerprint
from schema.context import Context
from schema.live import anybody
from server.frames import Words
from subscriptions.group import Member


@dataclass(slots=True)
class Watching:
    """A live operation: by which token of which session, whose, as whom (`scope`: nobody in
    particular), and its place among those who watch the same.
    """

    proof: Proof
    account: int
    scope: Actor
    member: Member[Words] | None = None
    shares: bool = False

    @property
    def is_told(self) -> bool:
        return not self.shares or self.member is not None


class Watches:
    """The live operations of a connection, by their ids, known to the keeper of the sockets."""

    context: Context
    account: int | None = None  # whose the connection is, if its client said so at once
    is_counted = False
    heard = True  # since it was last looked at
    asked = False  # by a ping that is not answered yet

    def __init__(self, sockets: Any) -> None:
        self.sockets = sockets
        self.watching: dict[str, Watching] = {}
        self.acts: set[asyncio.Task[None]] = set()

    def begins(self, key: str, actor: Actor) -> None:
        """`actor` watches by the token that is held now."""
        proof = actor.session_id, fingerprint(self.context.token or "")
        self.watching[key] = Watching(proof, actor.account_id, _same(anybody(actor)))
        self.sockets.watches(self, key, proof)

    def goes_on(self, key: str, proof: Proof) -> None:
        """The connection holds another token of the account, which sees the same."""
        self.watching[key].proof = proof
        self.sockets.watches(self, key, proof)

    def forgets(self, key: str) -> None:
        watching = self.watching.pop(key, None)
        if watching:
            self.sockets.leaves(self, key, watching.proof)
            if watching.member:
                watching.member.leave()

    def later(self, act: Coroutine[Any, Any, None]) -> None:
        """Do what waits for the client, which others must not wait for."""
        task = asyncio.create_task(act)
        self.acts.add(task)
        task.add_done_callback(self.acts.discard)


@lru_cache(maxsize=10_000)
def _same(scope: Actor) -> Actor:
    """One object for all who are equal: ten thousand sockets often have few scopes."""
    return scope
