"""One's own account: password, phone, sessions, second factor."""

from datetime import datetime
from typing import Annotated

import strawberry

from models.public_id import Kind, row_id
from resolvers import own_account, recovery, second_factor, sessions
from schema import account_inputs as inputs
from schema.account_payloads import (
    BeginTotpPayload,
    ChangePasswordPayload,
    ChangePhonePayload,
    ConfirmTotpPayload,
    ContinueSessionPayload,
    ResetPasswordPayload,
    RevokeSessionsPayload,
)
from schema.acting import INPUT, attempt, attempt_as, given
from schema.context import Info
from schema.payloads import SendSmsCodePayload, Session


@strawberry.type(description="What one does about one's own account.")
class Accounts:
    @strawberry.mutation(
        description="An SMS code to make a forgotten password anew (忘记密码). Anyone, with a captcha; the answer does not tell whether there is such an account."
    )
    async def request_password_reset(
        self, info: Info, input: Annotated[inputs.RequestPasswordResetInput, INPUT]
    ) -> SendSmsCodePayload:
        visitor = info.context.visitor(given(input.captcha_id), given(input.captcha_answer))
        row, errors = await attempt(
            info,
            input,
            lambda: recovery.request_password_reset(info.context.office, input.username, visitor),
        )
        return SendSmsCodePayload.of(row, errors)

    @strawberry.mutation(
        description="Make a forgotten password anew. Anyone with the code; every session of the account ends."
    )
    async def reset_password(
        self, info: Info, input: Annotated[inputs.ResetPasswordInput, INPUT]
    ) -> ResetPasswordPayload:
        _, errors = await attempt(
            info,
            input,
            lambda: recovery.reset_password(
                info.context.office,
                input.username,
                input.sms_code,
                input.new_password,
                input.new_password_confirmation,
                info.context.client_address,
            ),
        )
        return ResetPasswordPayload(errors=errors)

    @strawberry.mutation(
        description="Change one's password (修改密码). Whoever is signed in; other sessions end."
    )
    async def change_password(
        self, info: Info, input: Annotated[inputs.ChangePasswordInput, INPUT]
    ) -> ChangePasswordPayload:
        signed_in, errors = await attempt_as(
            info,
            input,
            lambda actor: own_account.change_password(
                info.context.office,
                actor,
                input.password,
                input.new_password,
                input.new_password_confirmation,
                given(input.totp),
            ),
        )
        return ChangePasswordPayload(session=_goes_on(info, signed_in), errors=errors)

    @strawberry.mutation(
        description="Two codes to change one's phone (更换手机号码): to the new one, and to the old one or the account's e-mail address. A unit's administrator."
    )
    async def request_phone_change(
        self, info: Info, input: Annotated[inputs.RequestPhoneChangeInput, INPUT]
    ) -> SendSmsCodePayload:
        row, errors = await attempt_as(
            info,
            input,
            lambda actor: own_account.request_phone_change(
                info.context.office,
                actor,
                input.password,
                input.new_phone,
                info.context.client_address,
                old_phone_lost=input.old_phone_lost,
            ),
        )
        return SendSmsCodePayload.of(row, errors)

    @strawberry.mutation(
        description="Change one's phone. A unit's administrator with both codes; other sessions end."
    )
    async def change_phone(
        self, info: Info, input: Annotated[inputs.ChangePhoneInput, INPUT]
    ) -> ChangePhonePayload:
        _, errors = await attempt_as(
            info,
            input,
            lambda actor: own_account.change_phone(
                info.context.office,
                actor,
                input.new_phone,
                input.sms_code,
                input.proof_code,
                old_phone_lost=input.old_phone_lost,
            ),
        )
        return ChangePhonePayload(errors=errors)

    @strawberry.mutation(
        description="Go on in another session of the account with which this WebSocket began: what is watched goes on without a gap when the old session ends, if the new one was opened in the same way. Anyone who holds its token."
    )
    async def continue_session(
        self, info: Info, input: Annotated[inputs.ContinueSessionInput, INPUT]
    ) -> ContinueSessionPayload:
        async def continuing() -> datetime:
            context = info.context
            return await sessions.continue_in(context.office, context.held.account, input.token)

        expires_at, errors = await attempt(info, input, continuing)
        if expires_at:
            info.context.held.token = input.token
        return ContinueSessionPayload(expires_at=expires_at, errors=errors)

    @strawberry.mutation(description="End one of one's own sessions. Whoever is signed in.")
    async def revoke_session(
        self, info: Info, input: Annotated[inputs.RevokeSessionInput, INPUT]
    ) -> RevokeSessionsPayload:
        row = row_id(Kind.SESSION, input.session_id) or 0
        count, errors = await attempt_as(
            info, input, lambda actor: sessions.revoke_session(actor, row)
        )
        return RevokeSessionsPayload(revoked=count, errors=errors)

    @strawberry.mutation(
        description="End all of one's own sessions but this one. Whoever is signed in."
    )
    async def revoke_other_sessions(self, info: Info) -> RevokeSessionsPayload:
        count, errors = await attempt_as(info, None, sessions.revoke_other_sessions)
        return RevokeSessionsPayload(revoked=count, errors=errors)

    @strawberry.mutation(
        description="Begin to enrol an authenticator (动态口令, TOTP, RFC 6238). An officer or the platform's administrator; of no effect until confirmTotp."
    )
    async def begin_totp(
        self, info: Info, input: Annotated[inputs.BeginTotpInput, INPUT]
    ) -> BeginTotpPayload:
        enrolment, errors = await attempt_as(
            info,
            input,
            lambda actor: second_factor.begin_totp(
                info.context.office, actor, input.password, given(input.totp)
            ),
            enrolling=True,
        )
        return BeginTotpPayload(
            uri=enrolment.uri if enrolment else None,
            secret=enrolment.secret if enrolment else None,
            errors=errors,
        )

    @strawberry.mutation(
        description="Put the new authenticator into force: signing in asks for it from now on. Who began; other sessions end."
    )
    async def confirm_totp(
        self, info: Info, input: Annotated[inputs.ConfirmTotpInput, INPUT]
    ) -> ConfirmTotpPayload:
        done, errors = await attempt_as(
            info,
            input,
            lambda actor: second_factor.confirm_totp(info.context.office, actor, input.code),
            enrolling=True,
        )
        codes, signed_in = done or (None, None)
        return ConfirmTotpPayload(
            recovery_codes=codes, session=_goes_on(info, signed_in), errors=errors
        )


def _goes_on(info: Info, signed_in: sessions.SignedIn | None) -> Session | None:
    """The session under its new token, also on the socket that asked for it."""
    if signed_in:
        info.context.held.token = signed_in.token
    return Session.of(signed_in)
