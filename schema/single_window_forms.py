"""Inputs and payloads of signing in by the Single Window."""

from datetime import datetime

import strawberry

from models.enums import Consent
from resolvers.single_window_login import Visit
from schema.errors import UserError
from schema.payloads import ERRORS
from schema.says import may, says


@strawberry.input(description="Beginning to sign in by the Single Window.")
class BeginSingleWindowSignInInput:
    redirect_uri: str | None = may(
        "Where it sends the browser back to; one of those that this server allows (PORTCARD_SINGLE_WINDOW_REDIRECTS). null: the first of them."
    )


@strawberry.input(description="Signing in by the Single Window (单一窗口).")
class LoginWithSingleWindowInput:
    state: str = says("As it came back in the address.")
    code: str = says("As it came back in the address; at most 2000 characters.")
    binding: str = says("From beginSingleWindowSignIn, as this page kept it.")
    consents: list[Consent] = says("Both are needed (manual §3.1).")
    iss: str | None = may("As it came back in the address, if it did (RFC 9207).")


@strawberry.type(description="A sign-in by the Single Window that was begun.")
class SingleWindowVisit:
    url: str = says("Where to send the browser.")
    binding: str = says(
        "To be kept by the page itself (sessionStorage) and sent with what comes back; to be told to nobody."
    )
    expires_at: datetime = says("Until when one may come back, once.")

    @classmethod
    def of(cls, told: Visit) -> "SingleWindowVisit":
        return cls(url=told.url, binding=told.binding, expires_at=told.expires_at)


@strawberry.type(description="Answer of beginSingleWindowSignIn.")
class BeginSingleWindowSignInPayload:
    visit: SingleWindowVisit | None = says("Where to go, and what to keep.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of unlinkSingleWindow.")
class UnlinkSingleWindowPayload:
    unlinked: bool | None = says("Whether there was a link; null when it was refused.")
    errors: list[UserError] = says(ERRORS)
