"""Coming in by the Single Window."""

from typing import Annotated

import strawberry

from resolvers import single_window_login as window
from schema.acting import INPUT, attempt, attempt_as, given
from schema.context import Info
from schema.payloads import SessionPayload
from schema.single_window_forms import (
    BeginSingleWindowSignInInput,
    BeginSingleWindowSignInPayload,
    LoginWithSingleWindowInput,
    SingleWindowVisit,
    UnlinkSingleWindowPayload,
)


@strawberry.type(description="Signing in by the Single Window.")
class SingleWindow:
    @strawberry.mutation(
        description="Begin to sign in by the Single Window (单一窗口, OpenID Connect): where to send the browser. Anyone; good for one sign-in within 10 minutes."
    )
    async def begin_single_window_sign_in(
        self, info: Info, input: Annotated[BeginSingleWindowSignInInput, INPUT]
    ) -> BeginSingleWindowSignInPayload:
        visit, errors = await attempt(
            info,
            input,
            lambda: window.begin_single_window_sign_in(
                info.context.office, given(input.redirect_uri)
            ),
        )
        told = SingleWindowVisit.of(visit) if visit else None
        return BeginSingleWindowSignInPayload(visit=told, errors=errors)

    @strawberry.mutation(
        description="Sign a unit's administrator in by the Single Window. Anyone who comes back from it to the page that began; what was begun is used up whatever comes out. A unit that is not registered is registered by what the Single Window tells. With its legal card in hand a unit only queries in such a session."
    )
    async def login_with_single_window(
        self, info: Info, input: Annotated[LoginWithSingleWindowInput, INPUT]
    ) -> SessionPayload:
        answer = window.Answer(input.state, input.code, input.binding, given(input.iss))
        signed_in, errors = await attempt(
            info,
            input,
            lambda: window.login_with_single_window(
                info.context.office, answer, input.consents, info.context.client_address
            ),
        )
        return SessionPayload.of(signed_in, errors)

    @strawberry.mutation(
        description="Let nobody of the Single Window sign in to one's account until one is linked anew. A unit's administrator, by the legal card if the unit has it; other sessions that the Single Window opened end."
    )
    async def unlink_single_window(self, info: Info) -> UnlinkSingleWindowPayload:
        links, errors = await attempt_as(
            info, None, lambda actor: window.unlink_single_window(info.context.office, actor)
        )
        return UnlinkSingleWindowPayload(
            unlinked=None if links is None else links > 0, errors=errors
        )
