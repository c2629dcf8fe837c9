"""The RA's desk: reviewing, making, handing over."""

from typing import Annotated

import strawberry

from models.public_id import Kind
from resolvers import (
    claims,
    production,
    review,
)
from schema import desk_inputs as inputs
from schema.acting import (
    INPUT,
    application_id,
    application_payload,
    given,
    maybe_row,
)
from schema.context import Info
from schema.payloads import (
    ApplicationPayload,
)


@strawberry.type(description="What officers do with an application.")
class Desk:
    @strawberry.mutation(
        description="Say that one works on it (认领), so that colleagues do not decide at once; theirs is CLAIMED_BY_ANOTHER unless taken over. It ends with the officer's last `deskClaims`, 60 seconds after it was last said without one, and with the institution's turn. An officer of the issuer or maker whose turn it is."
    )
    async def claim_application(
        self, info: Info, input: Annotated[inputs.ClaimApplicationInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: claims.claim_application(
                info.context.office,
                actor,
                application_id(input),
                take_over=bool(given(input.take_over)),
            ),
        )

    @strawberry.mutation(
        description="Say that one works on it no longer; nothing happens if one did not. An officer of its issuer or maker."
    )
    async def release_application(
        self, info: Info, input: Annotated[inputs.ReleaseApplicationInput, INPUT]
    ) -> ApplicationPayload:
        return await application_payload(
            info,
            input,
            lambda actor: claims.release_application(
                info.context.office, actor, application_id(input)
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
