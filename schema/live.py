"""A live operation between the door, which carries it, and its resolver, which knows what it is of."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from models.actor import Actor
from models.event import Event
from subscriptions.hub import Audience


@dataclass(frozen=True)
class Watch:
    """What an operation is told: the events of `audience` behind position `after`, or from now on."""

    audience: Audience
    after: int | None


@dataclass
class Joining:
    """An operation that begins. `begun` is told who watches. If the door `shares` it, a question that
    is asked when the document is known to be valid, then `watch` is what the door is to tell.
    """

    shares: Callable[[], bool] = lambda: False
    begun: Callable[[Actor], None] = lambda _: None
    watch: Watch | None = None

    def begins(self, actor: Actor, watch: Watch | None = None) -> bool:
        """Whether the door tells the events itself."""
        self.begun(actor)
        if watch and self.shares():
            self.watch = watch
        return self.watch is not None


@dataclass(frozen=True)
class Telling:
    """A shared operation that is executed for one event."""

    event: Event


Live: TypeAlias = Joining | Telling


def anybody(actor: Actor) -> Actor:
    """Nobody in particular of those who see the same as `actor`: the viewer of what is shared."""
    return replace(actor, account_id=0, session_id=0, username="", name="")
