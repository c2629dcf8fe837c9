"""The acts. Each payload carries `errors`; expected refusals are never top-level errors."""

from typing import Annotated, Any

import strawberry

from models.person_columns import PERSON_FIELDS
from models.persons import Person
from models.public_id import Kind
from models.refusals import refuse
from resolvers import (
    agent,
    applications,
    attachments,
    captchas,
    clearing,
    delivery,
    legal_card,
    operator_accounts,
    operators,
    production,
    registration,
    review,
    sessions,
    sms_codes,
    submission,
    unit,
)
from schema import inputs
from schema.acting import (
    application_id,
    application_payload,
    attempt,
    attempt_as,
    changes_of,
    given,
    maybe_row,
    wrapped,
)
from schema.attachment import Attachment
from schema.context import Info
from schema.enterprise import OperatorAccount
from schema.loaders import Loaders
from schema.payloads import (
    ApplicationPayload,
    Captcha,
    CardChallengePayload,
    CreateOperatorAccountPayload,
    DiscardApplicationPayload,
    LogoutPayload,
    PrepareAttachmentPayload,
    RegisterEnterprisePayload,
    RequestCaptchaPayload,
    SaveOperatorPayload,
    SendSmsCodePayload,
    Session,
    SessionPayload,
    Upload,
)
from schema.steps import Operator

INPUT = strawberry.argument(description="What to do.")


def _person(input: Any) -> Person:
    return Person(**{name: getattr(input, name, None) for name in PERSON_FIELDS})


async def _no_card_sign_in() -> None:
    raise refuse("CARD_SIGN_IN_OFF")


@strawberry.type(description="Everything that changes something.")
class Mutation:
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
        return _code_payload(row, errors)

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

    @strawberry.mutation(
        description="Start an application. A unit's administrator; one unfinished at a time."
    )
    async def start_application(
        self, info: Info, input: Annotated[inputs.StartApplicationInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: applications.start_application(info.context.office, actor, input.kind),
        )

    @strawberry.mutation(description="Save the unit's step. The unit; DRAFT or RETURNED.")
    async def save_unit(
        self, info: Info, input: Annotated[inputs.SaveUnitInput, INPUT]
    ) -> ApplicationPayload:
        changes = dict(changes_of(input, "region_code", "street", "maker_scope", "maker_id"))
        if "maker_id" in changes:
            changes["maker_id"] = maybe_row(Kind.INSTITUTION, changes["maker_id"])
        return await application_payload(
            info,
            input,
            lambda actor: unit.save_unit(
                info.context.office, actor, application_id(input), input.version, changes
            ),
        )

    @strawberry.mutation(description="Save the legal card's step. The unit; DRAFT or RETURNED.")
    async def save_legal_card(
        self, info: Info, input: Annotated[inputs.SaveLegalCardInput, INPUT]
    ) -> ApplicationPayload:
        changes = changes_of(input, "phone", "email", "media_type")
        return await application_payload(
            info,
            input,
            lambda actor: legal_card.save_legal_card(
                info.context.office, actor, application_id(input), input.version, changes
            ),
        )

    @strawberry.mutation(description="Save an operator. The unit; DRAFT or RETURNED; at most 10.")
    async def save_operator(
        self, info: Info, input: Annotated[inputs.SaveOperatorInput, INPUT]
    ) -> SaveOperatorPayload:
        saved, errors = await attempt_as(
            info,
            input,
            lambda actor: operators.save_operator(
                info.context.office,
                actor,
                application_id(input),
                input.version,
                maybe_row(Kind.OPERATOR, input.operator_id),
                changes_of(input, *PERSON_FIELDS, "media_type"),
                confirm=input.confirm,
            ),
        )
        if saved is None:
            return SaveOperatorPayload(operator=None, application=None, errors=errors)
        row, operator = saved
        return SaveOperatorPayload(
            operator=Operator.of(operator), application=await wrapped(info, row), errors=[]
        )

    @strawberry.mutation(description="Delete an operator. The unit; DRAFT or RETURNED.")
    async def remove_operator(
        self, info: Info, input: Annotated[inputs.RemoveOperatorInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: operators.remove_operator(
                info.context.office,
                actor,
                application_id(input),
                input.version,
                maybe_row(Kind.OPERATOR, input.operator_id) or 0,
            ),
        )

    @strawberry.mutation(description="Enter a person who may get a card. The unit.")
    async def create_operator_account(
        self, info: Info, input: Annotated[inputs.CreateOperatorAccountInput, INPUT]
    ) -> CreateOperatorAccountPayload:
        row, errors = await attempt_as(
            info,
            input,
            lambda actor: operator_accounts.create_operator_account(
                info.context.office, actor, input.username, _person(input)
            ),
        )
        account = OperatorAccount.of(row) if row else None
        return CreateOperatorAccountPayload(operator_account=account, errors=errors)

    @strawberry.mutation(
        description="Choose existing people as operators. The unit; DRAFT or RETURNED."
    )
    async def add_existing_operators(
        self, info: Info, input: Annotated[inputs.AddExistingOperatorsInput, INPUT]
    ) -> ApplicationPayload:
        ids = [maybe_row(Kind.OPERATOR_ACCOUNT, text) for text in input.operator_account_ids]
        return await application_payload(
            info,
            input,
            lambda actor: operators.add_existing_operators(
                info.context.office, actor, application_id(input), input.version, ids
            ),
        )

    @strawberry.mutation(description="Save the agent's step. The unit; DRAFT or RETURNED.")
    async def save_agent(
        self, info: Info, input: Annotated[inputs.SaveAgentInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: agent.save_agent(
                info.context.office,
                actor,
                application_id(input),
                input.version,
                input.source,
                maybe_row(Kind.OPERATOR, input.operator_id),
                changes_of(input, *PERSON_FIELDS),
            ),
        )

    @strawberry.mutation(description="Save the delivery's step. The unit; DRAFT or RETURNED.")
    async def save_delivery(
        self, info: Info, input: Annotated[inputs.SaveDeliveryInput, INPUT]
    ) -> ApplicationPayload:
        changes = changes_of(input, "method", "contact", "phone", "address")
        return await application_payload(
            info,
            input,
            lambda actor: delivery.save_delivery(
                info.context.office, actor, application_id(input), input.version, changes
            ),
        )

    @strawberry.mutation(description="Delete a step's data. The unit; DRAFT or RETURNED.")
    async def clear_step(
        self, info: Info, input: Annotated[inputs.ClearStepInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: clearing.clear_step(
                info.context.office, actor, application_id(input), input.version, input.step
            ),
        )

    @strawberry.mutation(description="Announce a paper. The unit; DRAFT or RETURNED.")
    async def prepare_attachment(
        self, info: Info, input: Annotated[inputs.PrepareAttachmentInput, INPUT]
    ) -> PrepareAttachmentPayload:
        declared = attachments.Declared(
            input.kind,
            maybe_row(Kind.OPERATOR, input.operator_id),
            input.file_name,
            input.content_type,
            input.size,
        )
        prepared, errors = await attempt_as(
            info,
            input,
            lambda actor: attachments.prepare_attachment(
                info.context.office, actor, application_id(input), declared
            ),
        )
        if prepared is None:
            return PrepareAttachmentPayload(attachment=None, upload=None, errors=errors)
        paper, upload = prepared
        loaders = Loaders(await info.context.viewer())
        return PrepareAttachmentPayload(
            attachment=Attachment.of(paper, await paper.application, loaders),
            upload=Upload.of(upload),
            errors=[],
        )

    @strawberry.mutation(description="Remove a paper. The unit; DRAFT or RETURNED.")
    async def remove_attachment(
        self, info: Info, input: Annotated[inputs.RemoveAttachmentInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: attachments.remove_attachment(
                info.context.office, actor, maybe_row(Kind.ATTACHMENT, input.attachment_id) or 0
            ),
        )

    @strawberry.mutation(description="Delete the whole application. The unit; DRAFT or RETURNED.")
    async def discard_application(
        self, info: Info, input: Annotated[inputs.DiscardApplicationInput, INPUT]
    ) -> DiscardApplicationPayload:
        _, errors = await attempt_as(
            info,
            input,
            lambda actor: applications.discard_application(
                info.context.office, actor, application_id(input), input.version
            ),
        )
        return DiscardApplicationPayload(errors=errors)

    @strawberry.mutation(description="Send the agent the code that submitting needs. The unit.")
    async def send_submission_code(
        self, info: Info, input: Annotated[inputs.SendSubmissionCodeInput, INPUT]
    ) -> SendSmsCodePayload:
        row, errors = await attempt_as(
            info,
            input,
            lambda actor: submission.send_submission_code(
                info.context.office, actor, application_id(input)
            ),
        )
        return _code_payload(row, errors)

    @strawberry.mutation(description="Submit. The unit; DRAFT or RETURNED, every step complete.")
    async def submit_application(
        self, info: Info, input: Annotated[inputs.SubmitApplicationInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: submission.submit_application(
                info.context.office,
                actor,
                application_id(input),
                input.version,
                input.sms_code,
                input.acknowledged_warnings,
                declared=input.declaration_accepted,
            ),
        )

    @strawberry.mutation(description="Take a submission back. The unit; SUBMITTED.")
    async def withdraw_application(
        self, info: Info, input: Annotated[inputs.WithdrawApplicationInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: submission.withdraw_application(
                info.context.office, actor, application_id(input), input.version
            ),
        )

    @strawberry.mutation(description="Accept (受理). An officer of its issuer; SUBMITTED.")
    async def accept_application(
        self, info: Info, input: Annotated[inputs.AcceptApplicationInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: review.accept_application(
                info.context.office, actor, application_id(input)
            ),
        )

    @strawberry.mutation(
        description="Return with reasons (退单). An officer of its issuer; SUBMITTED or IN_REVIEW."
    )
    async def return_application(
        self, info: Info, input: Annotated[inputs.ReturnApplicationInput, INPUT]
    ) -> ApplicationPayload:
        reasons = [
            review.Reason(
                reason.category,
                reason.code,
                tuple(given(reason.path) or ()),
                given(reason.note),
            )
            for reason in input.reasons
        ]
        return await application_payload(
            info,
            input,
            lambda actor: review.return_application(
                info.context.office, actor, application_id(input), reasons
            ),
        )

    @strawberry.mutation(description="Approve (审核通过). An officer of its issuer; IN_REVIEW.")
    async def approve_application(
        self, info: Info, input: Annotated[inputs.ApproveApplicationInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: review.approve_application(
                info.context.office, actor, application_id(input), input.media_supply
            ),
        )

    @strawberry.mutation(
        description="Register media. An officer of its issuer or maker; MEDIA_REQUIRED or MEDIA_READY."
    )
    async def register_media(
        self, info: Info, input: Annotated[inputs.RegisterMediaInput, INPUT]
    ) -> ApplicationPayload:
        media = [
            production.Medium(
                maybe_row(Kind.CARD, medium.card_id), medium.media_type, medium.serial_number
            )
            for medium in input.media
        ]
        return await application_payload(
            info,
            input,
            lambda actor: production.register_media(
                info.context.office, actor, application_id(input), media
            ),
        )

    @strawberry.mutation(description="Start production. An officer of its maker; MEDIA_READY.")
    async def start_production(
        self, info: Info, input: Annotated[inputs.StartProductionInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: production.start_production(
                info.context.office, actor, application_id(input)
            ),
        )

    @strawberry.mutation(
        description="Have the cards made; answers at once, watch issuanceProgress. An officer of its maker; PRODUCING."
    )
    async def issue_certificates(
        self, info: Info, input: Annotated[inputs.IssueCertificatesInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: production.issue_certificates(
                info.context.office, actor, application_id(input)
            ),
        )

    @strawberry.mutation(
        description="Complete. An officer of its maker; PRODUCING, every card made."
    )
    async def complete_application(
        self, info: Info, input: Annotated[inputs.CompleteApplicationInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: production.complete_application(
                info.context.office,
                actor,
                application_id(input),
                given(input.carrier),
                given(input.tracking_number),
            ),
        )

    @strawberry.mutation(
        description="Record that cards were shipped or handed over. An officer of its maker; COMPLETED."
    )
    async def record_delivery(
        self, info: Info, input: Annotated[inputs.RecordDeliveryInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: production.record_delivery(
                info.context.office,
                actor,
                application_id(input),
                given(input.carrier),
                given(input.tracking_number),
                given(input.handed_over_at),
            ),
        )


def _code_payload(row: Any, errors: Any) -> SendSmsCodePayload:
    return SendSmsCodePayload(
        expires_at=row.expires_at if row else None,
        resend_after=row.resend_after if row else None,
        errors=errors,
    )


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
        form.username, form.password, form.password_confirmation, _person(form)
    )
