"""What is answered about accounts themselves."""

from datetime import datetime

import strawberry

from models.account import Session as SessionRow
from models.actor import Actor
from models.enums import SignInMethod
from models.public_id import Kind, public_id
from resolvers.office import Office
from resolvers.sessions import ends_at
from schema.errors import UserError
from schema.payloads import ERRORS, Session
from schema.says import says


@strawberry.type(description="A place where the viewer is signed in.")
class OpenSession:
    id: strawberry.ID = says("For `revokeSession`; not the token.")
    signed_in_by: SignInMethod = says("How it was opened.")
    created_at: datetime = says("When it was opened.")
    last_used_at: datetime = says("When it was last used, to the minute.")
    expires_at: datetime = says("When it ends unless it is used before then.")
    address: str | None = says("Where it was opened from, masked; null if that is not known.")
    current: bool = says("Whether it is this one.")

    @classmethod
    def of(cls, row: SessionRow, actor: Actor, office: Office) -> "OpenSession":
        return cls(
            id=strawberry.ID(public_id(Kind.SESSION, row.id)),
            signed_in_by=row.signed_in_by,
            created_at=row.created_at,
            last_used_at=row.last_used_at or row.created_at,
            expires_at=ends_at(office, row),
            address=row.network or None,
            current=row.id == actor.session_id,
        )


@strawberry.type(description="Answer of resetPassword.")
class ResetPasswordPayload:
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of changePassword.")
class ChangePasswordPayload:
    session: Session | None = says("The same session under another token; the old one has ended.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of changePhone.")
class ChangePhonePayload:
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of continueSession.")
class ContinueSessionPayload:
    expires_at: datetime | None = says("Until when that session can be used; null when refused.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of ending sessions.")
class RevokeSessionsPayload:
    revoked: int | None = says("How many have ended; null when it was refused.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of beginTotp.")
class BeginTotpPayload:
    uri: str | None = says("otpauth://…, to be shown as a QR code; told once.")
    secret: str | None = says("The same to be typed, base32; told once.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of confirmTotp.")
class ConfirmTotpPayload:
    recovery_codes: list[str] | None = says(
        "Each stands in once for a lost authenticator; told once."
    )
    session: Session | None = says("The same session under another token; the old one has ended.")
    errors: list[UserError] = says(ERRORS)
