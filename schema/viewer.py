import strawberry

from models.actor import Actor
from models.enums import ApplicationKind, Role, SignInMethod
from models.texts import say
from resolvers.applications import may_start
from resolvers.sessions import open_sessions
from resolvers.single_window_login import is_linked
from schema.account_payloads import OpenSession
from schema.context import Info
from schema.enterprise import Enterprise
from schema.institution import Institution, institution
from schema.loaders import Loaders
from schema.says import says


@strawberry.type(description="Whether the viewer may start an application of a kind.")
class MayStart:
    kind: ApplicationKind = says("The kind.")
    allowed: bool = says("Whether it may be started now.")
    reason: str | None = says("Why not, for people; null if it may.")


@strawberry.type(description="Who is signed in.")
class Viewer:
    actor: strawberry.Private[Actor]
    loaders: strawberry.Private[Loaders]
    username: str = says("The account.")
    name: str = says("The person's name.")
    role: Role = says("What kind of account it is.")
    signed_in_by: SignInMethod = says("How this session was opened.")

    @strawberry.field(description="The institution of an RA officer.")
    async def institution(self) -> Institution | None:
        return await institution(self.loaders, self.actor.institution_id)

    @strawberry.field(description="The unit of its administrator.")
    async def enterprise(self) -> Enterprise | None:
        unit = self.actor.enterprise_id
        row = await self.loaders.enterprise.load(unit) if unit else None
        return Enterprise.of(row, self.loaders) if row else None

    @strawberry.field(description="What may be started now, and why not what may not.")
    async def may_start(self, info: Info) -> list[MayStart]:
        language = info.context.language
        return [
            MayStart(
                kind=found.kind,
                allowed=found.allowed,
                reason=say(found.refusal, language) if found.refusal else None,
            )
            for found in await may_start(self.actor)
        ]

    @strawberry.field(description="Where the viewer is signed in now, the last used first.")
    async def sessions(self, info: Info) -> list[OpenSession]:
        office = info.context.office
        rows = await open_sessions(office, self.actor)
        return [OpenSession.of(row, self.actor, office) for row in rows]

    @strawberry.field(
        description="Whether somebody of the Single Window (单一窗口) may sign in to the account."
    )
    async def single_window_linked(self) -> bool:
        return await is_linked(self.actor)

    @classmethod
    def of(cls, actor: Actor) -> "Viewer":
        return cls(
            actor=actor,
            loaders=Loaders(actor),
            username=actor.username,
            name=actor.name,
            role=actor.role,
            signed_in_by=actor.signed_in_by,
        )
