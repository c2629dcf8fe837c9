"""Coming in: registering, signing in and out."""

from typing import Annotated

import strawberry

from models.persons import Person
from resolvers import captchas, card_login, registration, sessions, sms_codes
from resolvers import login as sign_in
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
    CardChallenge,
    CardChallengePayload,
    LogoutPayload,
    RegisterEnterprisePayload,
    RequestCaptchaPayload,
    SendSmsCodePayload,
    SessionPayload,
)


@strawberry.type(description="Registering, signing in and out.")
class Entry:
    @strawberry.mutation(description="A picture to read, before an SMS code. Anyone.")
    async def request_captcha(self, info: Info) -> RequestCaptchaPayload:
        told, errors = await attempt(
            info, None, lambda: captchas.request_captcha(info.context.office)
        )
        return RequestCaptchaPayload(captcha=Captcha.of(*told) if told else None, errors=errors)

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
                info.context.client_address,
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

    @strawberry.mutation(
        description="Sign in by password, and by the second factor where there is one. Anyone; after 3 wrong tries with a captcha, after 5 not for a while."
    )
    async def login(self, info: Info, input: Annotated[inputs.LoginInput, INPUT]) -> SessionPayload:
        visitor = info.context.visitor(given(input.captcha_id), given(input.captcha_answer))
        signed_in, errors = await attempt(
            info,
            input,
            lambda: sign_in.login(
                info.context.office,
                input.username,
                input.password,
                input.consents,
                given(input.totp),
                visitor,
            ),
        )
        return SessionPayload.of(signed_in, errors)

    @strawberry.mutation(
        description="A challenge for a legal card to sign. Anyone; good for one answer within 60 seconds, in the same session if there is one."
    )
    async def request_card_challenge(self, info: Info) -> CardChallengePayload:
        async def asking() -> card_login.Challenge:
            viewer = await info.context.viewer()
            return await card_login.request_card_challenge(info.context.office, viewer)

        told, errors = await attempt(info, None, asking)
        return CardChallengePayload(
            challenge=CardChallenge.of(told) if told else None, errors=errors
        )

    @strawberry.mutation(
        description="Sign a unit's administrator in by the unit's legal card (法人卡). Anyone who holds the card; operator cards are refused. The challenge is used up whatever comes out."
    )
    async def login_with_card(
        self, info: Info, input: Annotated[inputs.LoginWithCardInput, INPUT]
    ) -> SessionPayload:
        async def signing_in() -> sessions.SignedIn:
            viewer = await info.context.viewer()
            proof = card_login.Proof(
                input.challenge_id, input.certificate, input.signature, input.origin
            )
            return await card_login.login_with_card(
                info.context.office, viewer, proof, input.consents, info.context.client_address
            )

        return SessionPayload.of(*await attempt(info, input, signing_in))

    @strawberry.mutation(description="Sign out: the token is of no use from now on.")
    async def logout(self, info: Info) -> LogoutPayload:
        _, errors = await attempt_as(info, None, sessions.logout, enrolling=True)
        return LogoutPayload(errors=errors)


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
