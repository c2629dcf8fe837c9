"""What a request carries to the resolvers."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry

from models.actor import Actor
from models.refusals import refuse
from models.texts import Language
from resolvers.guessing import Visitor
from resolvers.office import Office
from resolvers.sessions import actor_of
from resolvers.shelter import Shelter
from schema.live import Joining, Live
from schema.meter import Meter
from subscriptions.desk import LiveDesk
from subscriptions.hub import Hub


@dataclass
class Held:
    """The token that a request or a socket holds at present; on a socket it may change, within the
    `account` with which the socket began.
    """

    token: str | None = None
    account: int | None = None


@dataclass
class Context:
    """One request, or one WebSocket with all its operations.

    `held` is the session's token; who holds it is asked again for every operation, so that a session
    that was revoked meanwhile is of no use on an open socket either. `streams`: whether the transport
    carries more than one result. `client_address`: where the request comes from, as far as it is
    known. `live`: of a subscription, see there. `known`: whose the token is, while one query is answered; a mutation may sign in or out and
    asks again.
    """

    office: Office
    hub: Hub
    desk: LiveDesk
    shelter: Shelter
    meter: Meter
    language: Language = Language.ZH
    held: Held = field(default_factory=Held)
    client_address: str = ""
    streams: bool = True
    known: tuple[Actor | None] | None = None
    live: Live = field(default_factory=Joining)
    connection_params: dict[str, Any] = field(default_factory=dict)

    @property
    def token(self) -> str | None:
        return self.held.token

    async def viewer(self) -> Actor | None:
        """Who is signed in, or None for a visitor, and for who may only enrol."""
        holder = await self.holder()
        return None if holder and holder.may_only_enrol else holder

    async def holder(self) -> Actor | None:
        """Whose the token is, whatever they may do."""
        if self.known:
            return self.known[0]
        return await actor_of(self.office, self.token) if self.token else None

    async def actor(self) -> Actor:
        """Who is signed in. Raises Refused (NOT_SIGNED_IN, SECOND_FACTOR_MISSING)."""
        actor = await self.enrolling()
        if actor.may_only_enrol:
            raise refuse("SECOND_FACTOR_MISSING")
        return actor

    async def enrolling(self) -> Actor:
        """The same, and also who may only enrol. Raises Refused (NOT_SIGNED_IN)."""
        actor = await self.holder()
        if actor is None:
            raise refuse("NOT_SIGNED_IN")
        return actor

    def visitor(self, captcha_id: str | None = None, answer: str | None = None) -> Visitor:
        """Where the request comes from, with the captcha it brings."""
        return Visitor(self.client_address, captcha_id, answer)


Info: TypeAlias = strawberry.Info[Context, None]
