"""What a request carries to the resolvers."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry

from models.actor import Actor
from models.refusals import refuse
from models.texts import Language
from resolvers.office import Office
from resolvers.sessions import actor_of
from resolvers.shelter import Shelter
from subscriptions.hub import Hub


@dataclass
class Context:
    """One request, or one WebSocket with all its operations.

    `token` is the session's; who holds it is asked again for every operation, so that a session
    that was revoked meanwhile is of no use on an open socket either. `streams`: whether the transport
    carries more than one result.
    """

    office: Office
    hub: Hub
    shelter: Shelter
    language: Language = Language.ZH
    token: str | None = None
    streams: bool = True
    connection_params: dict[str, Any] = field(default_factory=dict)

    async def viewer(self) -> Actor | None:
        """Who is signed in, or None for a visitor."""
        return await actor_of(self.token) if self.token else None

    async def actor(self) -> Actor:
        """Who is signed in. Raises Refused (NOT_SIGNED_IN)."""
        actor = await self.viewer()
        if actor is None:
            raise refuse("NOT_SIGNED_IN")
        return actor


Info: TypeAlias = strawberry.Info[Context, None]
