"""The inputs of what concerns accounts themselves."""

import strawberry
from strawberry import ID

from schema.says import may, says

CHOSEN = "8–128 characters, not well known, not containing the username."
CAPTCHA_ID = "From requestCaptcha; needed."
TOTP = "Code of the authenticator, or a recovery code; needed by who has one."


@strawberry.input(description="Asking for a code to make a forgotten password anew.")
class RequestPasswordResetInput:
    username: str = says("The account.")
    captcha_id: ID | None = may(CAPTCHA_ID)
    captcha_answer: str | None = may("What the picture shows; upper or lower case.")


@strawberry.input(description="Making a forgotten password anew.")
class ResetPasswordInput:
    username: str = says("The account.")
    sms_code: str = says("From requestPasswordReset; at most 5 tries.")
    new_password: str = says(CHOSEN)
    new_password_confirmation: str = says("The same again.")


@strawberry.input(description="Changing one's password.")
class ChangePasswordInput:
    password: str = says("The present one.")
    new_password: str = says(CHOSEN)
    new_password_confirmation: str = says("The same again.")
    totp: str | None = may(TOTP)


@strawberry.input(description="Asking for the codes to change one's phone.")
class RequestPhoneChangeInput:
    password: str = says("The present one.")
    new_phone: str = says("Mobile number; gets a code.")
    old_phone_lost: bool = strawberry.field(
        default=False,
        description="true: the second code goes to the account's e-mail address, not to the old phone.",
    )


@strawberry.input(description="Changing one's phone.")
class ChangePhoneInput:
    new_phone: str = says("The one that got the code.")
    sms_code: str = says("From the new phone.")
    proof_code: str = says("From the old phone, or from the mail when it is lost.")
    old_phone_lost: bool = strawberry.field(
        default=False, description="As it was asked for in requestPhoneChange."
    )


@strawberry.input(description="Ending one of one's sessions.")
class RevokeSessionInput:
    session_id: ID = says("From `viewer.sessions`.")


@strawberry.input(description="Going on in another session.")
class ContinueSessionInput:
    token: str = says("Of a session of the same account that is signed in.")


@strawberry.input(description="Beginning to enrol an authenticator.")
class BeginTotpInput:
    password: str = says("The present one.")
    totp: str | None = may(
        "Code of the authenticator in use, or a recovery code, when there is one."
    )


@strawberry.input(description="Putting the new authenticator into force.")
class ConfirmTotpInput:
    code: str = says("What the new authenticator shows.")
