"""What mutations answer: `errors` is empty when the act was done."""

from base64 import b64encode
from datetime import datetime

import strawberry

from models.code import Captcha as CaptchaRow
from models.code import SmsCode
from resolvers import attachments as papers
from resolvers.card_login import Challenge
from resolvers.sessions import SignedIn
from schema.application import Application
from schema.attachment import Attachment
from schema.enterprise import OperatorAccount
from schema.errors import UserError
from schema.says import says
from schema.steps import Operator

ERRORS = "Why the act was not done; empty when it was."


@strawberry.type(description="A picture to read (图片验证码), for one answer.")
class Captcha:
    id: strawberry.ID = says("For `captchaId`.")
    image_data_uri: str = says("PNG, as a data URI.")
    expires_at: datetime = says("Until when it can be answered.")

    @classmethod
    def of(cls, row: CaptchaRow, png: bytes) -> "Captcha":
        uri = f"data:image/png;base64,{b64encode(png).decode()}"
        return cls(id=strawberry.ID(row.id), image_data_uri=uri, expires_at=row.expires_at)


@strawberry.type(description="Answer of requestCaptcha.")
class RequestCaptchaPayload:
    captcha: Captcha | None = says("The captcha.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of a request for an SMS code.")
class SendSmsCodePayload:
    expires_at: datetime | None = says("Until when the code can be used.")
    resend_after: datetime | None = says("From when another one can be asked for.")
    errors: list[UserError] = says(ERRORS)

    @classmethod
    def of(cls, row: SmsCode | None, errors: list[UserError]) -> "SendSmsCodePayload":
        return cls(
            expires_at=row.expires_at if row else None,
            resend_after=row.resend_after if row else None,
            errors=errors,
        )


@strawberry.type(description="Answer of registering a unit.")
class RegisterEnterprisePayload:
    username: str | None = says("The account to sign in with.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="A signed-in stay.")
class Session:
    token: str = says("`Authorization: Bearer TOKEN`; told once.")
    expires_at: datetime = says(
        "Until when it can be used, unless it is ended before, or left unused (30 minutes by default)."
    )
    may_only_enrol: bool = strawberry.field(
        default=False,
        description="true: an officer who must enrol a second factor (beginTotp) before anything else.",
    )

    @classmethod
    def of(cls, signed_in: SignedIn | None) -> "Session | None":
        if signed_in is None:
            return None
        return cls(
            token=signed_in.token,
            expires_at=signed_in.expires_at,
            may_only_enrol=signed_in.may_only_enrol,
        )


@strawberry.type(description="Answer of signing in.")
class SessionPayload:
    session: Session | None = says("The new session.")
    errors: list[UserError] = says(ERRORS)

    @classmethod
    def of(cls, opened: SignedIn | None, errors: list[UserError]) -> "SessionPayload":
        return cls(session=Session.of(opened), errors=errors)


@strawberry.type(description="What a legal card is to sign.")
class CardChallenge:
    id: strawberry.ID = says("For `challengeId`; to be told to nobody, the agent included.")
    payload: str = says(
        "For the card's agent: canonical JSON, which it signs with the certificate's hash and the page's origin (docs/card-sign-in.md)."
    )
    expires_at: datetime = says("Until when it can be answered, once.")

    @classmethod
    def of(cls, told: Challenge) -> "CardChallenge":
        return cls(id=strawberry.ID(told.id), payload=told.payload, expires_at=told.expires_at)


@strawberry.type(description="Answer of requestCardChallenge.")
class CardChallengePayload:
    challenge: CardChallenge | None = says("The challenge.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of logout.")
class LogoutPayload:
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of an act on an application.")
class ApplicationPayload:
    application: Application | None = says("As it is after the act; null when it was not done.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of saveOperator.")
class SaveOperatorPayload:
    operator: Operator | None = says("The operator as saved.")
    application: Application | None = says("As it is after the act; null when it was not done.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of createOperatorAccount.")
class CreateOperatorAccountPayload:
    operator_account: OperatorAccount | None = says("The new account.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="A header to send with the bytes.")
class HttpHeader:
    name: str = says("Its name.")
    value: str = says("Its value.")


@strawberry.type(description="Where to send the bytes of a paper.")
class Upload:
    url: str = says("May be relative to the server; whoever holds it may use it, once.")
    method: str = says("The HTTP method.")
    headers: list[HttpHeader] = says("To be sent along.")
    expires_at: datetime = says("Until when it can be used.")

    @classmethod
    def of(cls, upload: papers.Upload) -> "Upload":
        headers = [HttpHeader(name=name, value=value) for name, value in upload.headers.items()]
        return cls(url=upload.url, method="PUT", headers=headers, expires_at=upload.expires_at)


@strawberry.type(description="Answer of prepareAttachment.")
class PrepareAttachmentPayload:
    attachment: Attachment | None = says("The paper, PENDING until its bytes have arrived.")
    upload: Upload | None = says("Where to send them.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Answer of discardApplication.")
class DiscardApplicationPayload:
    errors: list[UserError] = says(ERRORS)
