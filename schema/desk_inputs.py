"""What the desk's mutations take: review, media, production, delivery."""

from datetime import datetime

import strawberry
from strawberry import ID

from models.enums import (
    MediaSupply,
    MediaType,
    ReturnCategory,
)
from schema.says import may, says

APPLICATION = "The application."


@strawberry.input(description="Saying that one works on it.")
class ClaimApplicationInput:
    application_id: ID = says(APPLICATION)
    take_over: bool | None = may("true: also if a colleague does, whose claim ends.")


@strawberry.input(description="Saying that one works on it no longer.")
class ReleaseApplicationInput:
    application_id: ID = says(APPLICATION)


@strawberry.input(description="受理.")
class AcceptApplicationInput:
    application_id: ID = says(APPLICATION)


@strawberry.input(description="One reason of a return.")
class ReturnReasonInput:
    category: ReturnCategory = says("One of the six cases.")
    code: str = says("From `returnReasonCatalogue`; OTHER with a note serves every category.")
    path: list[str] | None = may(
        "The place: a step and its field, operators and an id, attachments and a kind; empty: the whole."
    )
    note: str | None = may(
        "In the officer's own words; needed for OTHER; at most 500 characters, in lines."
    )


@strawberry.input(description="退单, with reasons.")
class ReturnApplicationInput:
    application_id: ID = says(APPLICATION)
    reasons: list[ReturnReasonInput] = says("At least one, at most 50.")


@strawberry.input(description="审核通过.")
class ApproveApplicationInput:
    application_id: ID = says(APPLICATION)
    media_supply: MediaSupply = says("FREE leads to MEDIA_READY, ENTERPRISE to MEDIA_REQUIRED.")


@strawberry.input(description="The medium of one card.")
class MediaInput:
    card_id: ID = says("The card.")
    media_type: MediaType = says("Must be as applied for.")
    serial_number: str = says("4–40 letters, digits or “-”; unique.")


@strawberry.input(description="Registering media; with the last card's they are ready.")
class RegisterMediaInput:
    application_id: ID = says(APPLICATION)
    media: list[MediaInput] = says("Of some or all cards.")


@strawberry.input(description="制卡中.")
class StartProductionInput:
    application_id: ID = says(APPLICATION)


@strawberry.input(description="Recording the jobs that make the cards; pressed twice it makes one.")
class IssueCertificatesInput:
    application_id: ID = says(APPLICATION)


@strawberry.input(description="已处理: every card is made.")
class CompleteApplicationInput:
    application_id: ID = says(APPLICATION)
    carrier: str | None = may("Who carries the cards; at most 60 characters.")
    tracking_number: str | None = may("The carrier's number; needs the carrier.")


@strawberry.input(description="What became of finished cards: shipped, or handed over.")
class RecordDeliveryInput:
    application_id: ID = says(APPLICATION)
    carrier: str | None = may("Who carries the cards; at most 60 characters.")
    tracking_number: str | None = may("The carrier's number; needs the carrier.")
    handed_over_at: datetime | None = may("When they were handed over; not in the future.")
