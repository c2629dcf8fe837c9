"""Coming in: registering, signing in and out."""

from typing import Annotated

import strawberry

from models.persons import Person
from models.refusals import refuse
from resolvers import (
    captchas,
    registration,
    sessions,
    sms_codes,
)
from schema import inputs
from schema.acting import (
    INPUT,
    attempt,
    attempt_as,
    given,
    person_of,
)
from schema.context import Info
from schema.payloads import (
    Captcha,
    CardChallengePayload,
    LogoutPayload,
    RegisterEnterprisePayload,
    RequestCaptchaPayload,
    SendSmsCodePayload,
    Session,
    SessionPayload,
)


@strawberry.type(description="Registering, signing in and out.")
class Entry:
    @strawberry.mutation(description="A picture to read, before an SMS code. Anyone.")
    async def request_captcha(self, info: Info) -> RequestCaptchaPayload:
        row, png = await captchas.request_captcha(info.context.office)
        return RequestCaptchaPayload(captcha=Captcha.of(row, png), errors=[])

    @strawberry.mutation(description="An SMS code for registering. Anyone, with a captcha.")
    async def send_sms_code(
        self, info: Info, input: Annotated[inputs.SendSmsCodeInput, INPUT]
    ) -> SendSmsCodePayload:
        row, errors = await attempt(
            info,
            input,
            lambda: sms_codes.send_registration_code(
                info.context.office,
                input.phone,
                given(input.captcha_id),
                given(input.captcha_answer),
            ),
        )
        return SendSmsCodePayload.of(row, errors)

    @strawberry.mutation(description="Register a unit with its one administrator. Anyone.")
    async def register_enterprise(
        self, info: Info, input: Annotated[inputs.RegisterEnterpriseInput, INPUT]
    ) -> RegisterEnterprisePayload:
        row, errors = await attempt(
            info,
            input,
            lambda: registration.register_enterprise(
                info.context.office,
                _unit_form(input.unit),
                _account_form(input.account),
                input.sms_code,
                input.consents,
            ),
        )
        return RegisterEnterprisePayload(username=row.username if row else None, errors=errors)

    @strawberry.mutation(description="Sign in by password. Anyone.")
    async def login(self, info: Info, input: Annotated[inputs.LoginInput, INPUT]) -> SessionPayload:
        signed_in, errors = await attempt(
            info,
            input,
            lambda: sessions.login(
                info.context.office, input.username, input.password, input.consents
            ),
        )
        if signed_in is None:
            return SessionPayload(session=None, errors=errors)
        session = Session(token=signed_in.token, expires_at=signed_in.expires_at)
        return SessionPayload(session=session, errors=[])

    @strawberry.mutation(
        description="A challenge for a legal card. Not open on this server: CARD_SIGN_IN_OFF."
    )
    async def request_card_challenge(self, info: Info) -> CardChallengePayload:
        _, errors = await attempt(info, None, _no_card_sign_in)
        return CardChallengePayload(challenge=None, errors=errors)

    @strawberry.mutation(
        description="Sign in by legal card. Not open on this server: CARD_SIGN_IN_OFF."
    )
    async def login_with_card(
        self, info: Info, input: Annotated[inputs.LoginWithCardInput, INPUT]
    ) -> SessionPayload:
        _, errors = await attempt(info, input, _no_card_sign_in)
        return SessionPayload(session=None, errors=errors)

    @strawberry.mutation(description="Sign out: the token is of no use from now on.")
    async def logout(self, info: Info) -> LogoutPayload:
        _, errors = await attempt_as(info, None, sessions.logout)
        return LogoutPayload(errors=errors)


async def _no_card_sign_in() -> None:
    raise refuse("CARD_SIGN_IN_OFF")


def _unit_form(form: inputs.RegisterUnitInput) -> registration.UnitForm:
    legal_person = Person(
        name=form.legal_person_name,
        id_type=form.id_type,
        id_number=form.id_number,
        id_valid_from=form.id_valid_from,
        id_valid_to=form.id_valid_to,
        country=form.country,
    )
    return registration.UnitForm(
        form.unified_social_credit_code, form.organization_code, form.name, legal_person
    )


def _account_form(form: inputs.RegisterAccountInput) -> registration.AccountForm:
    return registration.AccountForm(
        form.username, form.password, form.password_confirmation, person_of(form)
    )
