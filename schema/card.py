from datetime import datetime

import strawberry

from models import card as rows
from models.enums import (
    CardKind,
    CardStatus,
    CertificateStatus,
    MediaType,
    QueueStatus,
    Role,
)
from models.public_id import Kind, public_id
from schema.loaders import Loaders
from schema.says import says


@strawberry.type(description="A certificate on a card. It is public: no personal number is in it.")
class Certificate:
    serial_number: str = says("Upper-case hexadecimal.")
    subject: str = says("Distinguished name, RFC 4514.")
    not_before: datetime = says("From when it is valid.")
    not_after: datetime = says("Until when it is valid.")
    status: CertificateStatus = says("Whether it can be relied on now.")
    pem: str = says("RFC 7468; it verifies against /pki/ca.pem.")

    @classmethod
    def of(cls, row: rows.Certificate) -> "Certificate":
        return cls(
            serial_number=row.serial_number,
            subject=row.subject,
            not_before=row.not_before,
            not_after=row.not_after,
            status=row.status,
            pem=row.pem,
        )


@strawberry.type(description="Why a card is not made yet. Officers see it.")
class CardTrouble:
    code: str = says("What the hardware said, such as MODULE_TIMEOUT or PIN_REFUSED.")
    retry_at: datetime | None = says(
        "When it is tried again; null: given up until ISSUE is done again."
    )

    @classmethod
    def of(cls, row: rows.Issuance) -> "CardTrouble":
        retry_at = row.due_at if row.status is QueueStatus.WAITING else None
        return cls(code=row.last_error.partition(":")[0], retry_at=retry_at)


@strawberry.type(description="A card of an approved application.")
class Card:
    row_id: strawberry.Private[int]
    loaders: strawberry.Private[Loaders]
    id: strawberry.ID = says("Opaque.")
    number: str = says("The card's number: the application's and two digits.")
    holder_name: str = says("Whose card it is.")
    kind: CardKind = says("法人卡 or 操作员卡.")
    media_type: MediaType | None = says("Of the medium.")
    media_serial: str | None = says("The medium's serial number, once registered.")
    status: CardStatus = says("How far it is.")

    @strawberry.field(description="Its certificate, once issued.")
    async def certificate(self) -> Certificate | None:
        row = await self.loaders.certificate.load(self.row_id)
        return Certificate.of(row) if row else None

    @strawberry.field(
        description="Why it is not made yet; null for its unit, and when all is well."
    )
    async def trouble(self) -> CardTrouble | None:
        viewer = self.loaders.viewer
        if viewer is None or viewer.role is Role.ENTERPRISE_ADMIN:
            return None
        job = await self.loaders.issuance.load(self.row_id)
        return CardTrouble.of(job) if job and job.last_error else None

    @classmethod
    def of(cls, row: rows.Card, loaders: Loaders) -> "Card":
        return cls(
            row_id=row.id,
            loaders=loaders,
            id=strawberry.ID(public_id(Kind.CARD, row.id)),
            number=row.number,
            holder_name=row.holder_name,
            kind=row.kind,
            media_type=row.media_type,
            media_serial=row.media_serial,
            status=row.status,
        )
