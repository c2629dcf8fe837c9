"""Filling the wizard in and submitting: a unit's administrator."""

from typing import Annotated

import strawberry

from models.person_columns import PERSON_FIELDS
from models.public_id import Kind
from resolvers import (
    agent,
    applications,
    attachments,
    clearing,
    delivery,
    legal_card,
    operator_accounts,
    operators,
    submission,
    unit,
)
from schema import inputs
from schema.acting import (
    INPUT,
    application_id,
    application_payload,
    attempt_as,
    changes_of,
    maybe_row,
    person_of,
    wrapped,
)
from schema.attachment import Attachment
from schema.context import Info
from schema.enterprise import OperatorAccount
from schema.loaders import Loaders
from schema.payloads import (
    ApplicationPayload,
    CreateOperatorAccountPayload,
    DiscardApplicationPayload,
    PrepareAttachmentPayload,
    SaveOperatorPayload,
    SendSmsCodePayload,
    Upload,
)
from schema.steps import Operator


@strawberry.type(description="What a unit does with its application.")
class Filling:
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
        application = await wrapped(info, row)
        shown = Operator.of(operator, application.sight)
        return SaveOperatorPayload(operator=shown, application=application, errors=[])

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
                info.context.office, actor, input.username, person_of(input)
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
        return SendSmsCodePayload.of(row, errors)

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
