"""What the steps of an application hold. Its unit sees it always, its institutions once submitted."""

from datetime import datetime

import strawberry

from models import application as rows
from models.dossier import Dossier
from models.enums import (
    AgentSource,
    DeliveryMethod,
    IdType,
    MakerScope,
    MediaType,
    OperatorStatus,
    VerificationOutcome,
)
from models.masking import Datum, Sight
from models.public_id import Kind, public_id
from schema.institution import Institution, institution
from schema.loaders import Loaders
from schema.region import Region
from schema.says import says


@strawberry.type(description="The unit's step: place, data centre, maker, issuer (manual Fig 12).")
class UnitStep:
    row: strawberry.Private[rows.Application]
    loaders: strawberry.Private[Loaders]
    region_code: str | None = says("Of the main business place; 2, 4 or 6 digits.")
    street: str | None = says("The rest of the address.")
    maker_scope: MakerScope | None = says("本省直辖市 or 跨区通办.")

    @strawberry.field(description="The region of `regionCode`; null if there is none.")
    async def region(self) -> Region | None:
        row = await self.loaders.region.load(self.region_code) if self.region_code else None
        return Region.of(row) if row else None

    @strawberry.field(description="所属数据分中心, matched from the region.")
    async def data_centre(self) -> Institution | None:
        return await institution(self.loaders, self.row.data_centre_id)

    @strawberry.field(description="制卡机构, chosen by the unit.")
    async def maker(self) -> Institution | None:
        return await institution(self.loaders, self.row.maker_id)

    @strawberry.field(description="发卡机构, matched from the maker.")
    async def issuer(self) -> Institution | None:
        return await institution(self.loaders, self.row.issuer_id)

    @classmethod
    def of(cls, row: rows.Application, loaders: Loaders) -> "UnitStep":
        return cls(
            row=row,
            loaders=loaders,
            region_code=row.region_code,
            street=row.street,
            maker_scope=row.maker_scope,
        )


@strawberry.type(
    description="The legal card's step: the legal person as registered, and how to reach them."
)
class LegalCardStep:
    name: str = says("Of the legal person; read-only.")
    id_type: IdType = says("Read-only.")
    id_number: str = says("Read-only; masked but for its unit and the issuer.")
    id_valid_from: str = says("YYYYMMDD; read-only.")
    id_valid_to: str = says("YYYYMMDD; 00000000 = 长期; read-only.")
    country: str = says("ISO 3166 alpha-3; read-only.")
    phone: str | None = says("Mobile number; masked but for its unit and the issuer.")
    email: str | None = says("E-mail address; masked but for its unit and the issuer.")
    media_type: MediaType | None = says("Of the card.")

    @classmethod
    def of(cls, dossier: Dossier, sight: Sight) -> "LegalCardStep":
        unit, here = dossier.enterprise, dossier.application
        return cls(
            name=unit.legal_name,
            id_type=unit.legal_id_type,
            id_number=sight.of(Datum.ID_NUMBER, unit.legal_id_number),
            id_valid_from=unit.legal_id_valid_from,
            id_valid_to=unit.legal_id_valid_to,
            country=unit.legal_country,
            phone=sight.of(Datum.PHONE, here.legal_phone),
            email=sight.of(Datum.EMAIL, here.legal_email),
            media_type=here.legal_media_type,
        )


@strawberry.type(description="A person for whom an operator card is asked (操作员卡).")
class Operator:
    id: strawberry.ID = says("Opaque; problems and reasons are pinned to it.")
    name: str | None = says("Name as on the document.")
    id_type: IdType | None = says("Type of the document.")
    id_number: str | None = says("Number of the document; masked but for its unit and the issuer.")
    id_valid_from: str | None = says("YYYYMMDD.")
    id_valid_to: str | None = says("YYYYMMDD; 00000000 = 长期.")
    country: str | None = says("ISO 3166 alpha-3.")
    phone: str | None = says("Mobile number; masked but for its unit and the issuer.")
    email: str | None = says("E-mail address; masked but for its unit and the issuer.")
    media_type: MediaType | None = says("Of the card.")
    status: OperatorStatus = says("A DRAFT keeps the application from being submitted.")

    @classmethod
    def of(cls, row: rows.Operator, sight: Sight) -> "Operator":
        return cls(
            id=strawberry.ID(public_id(Kind.OPERATOR, row.id)),
            name=row.name,
            id_type=row.id_type,
            id_number=sight.of(Datum.ID_NUMBER, row.id_number),
            id_valid_from=row.id_valid_from,
            id_valid_to=row.id_valid_to,
            country=row.country,
            phone=sight.of(Datum.PHONE, row.phone),
            email=sight.of(Datum.EMAIL, row.email),
            media_type=row.media_type,
            status=row.status,
        )


@strawberry.type(description="The agent (经办人), who gets the SMS code when submitting.")
class Agent:
    source: AgentSource = says("Legal person, operator of this application, or another person.")
    operator_id: strawberry.ID | None = says("The operator, where the source is OPERATOR.")
    name: str | None = says("From wherever their data are kept.")
    id_type: IdType | None = says("Type of the document.")
    id_number: str | None = says("Number of the document; masked but for its unit and the issuer.")
    phone: str | None = says("Where the SMS code goes; masked but for its unit and the issuer.")
    email: str | None = says("E-mail address; masked but for its unit and the issuer.")

    @classmethod
    def of(cls, dossier: Dossier, sight: Sight) -> "Agent | None":
        agent, person = dossier.agent, dossier.agent_person
        if agent is None:
            return None
        operator = public_id(Kind.OPERATOR, agent.operator_id) if agent.operator_id else None
        return cls(
            source=agent.source,
            operator_id=strawberry.ID(operator) if operator else None,
            name=person.name if person else None,
            id_type=person.id_type if person else None,
            id_number=sight.of(Datum.ID_NUMBER, person.id_number if person else None),
            phone=sight.of(Datum.PHONE, person.phone if person else None),
            email=sight.of(Datum.EMAIL, person.email if person else None),
        )


@strawberry.type(description="How the cards reach the unit, and what became of it.")
class Delivery:
    method: DeliveryMethod | None = says("邮寄 (only where the maker mails) or 自取.")
    contact: str | None = says("Who receives the cards.")
    phone: str | None = says(
        "Their telephone, mobile or landline; masked for data centre and platform."
    )
    address: str | None = says(
        "Where to, when mailed; for data centre and platform only province and city."
    )
    carrier: str | None = says("Who carried it.")
    tracking_number: str | None = says("The carrier's number.")
    handed_over_at: datetime | None = says("When the cards were handed over.")

    @classmethod
    def of(cls, row: rows.Application, sight: Sight) -> "Delivery | None":
        facts = (
            row.delivery_method,
            row.delivery_contact,
            row.delivery_phone,
            row.delivery_address,
            row.carrier,
            row.handed_over_at,
        )
        if not any(facts):
            return None
        return cls(
            method=row.delivery_method,
            contact=row.delivery_contact,
            phone=sight.of(Datum.DELIVERY_PHONE, row.delivery_phone),
            address=sight.of(Datum.DELIVERY_ADDRESS, row.delivery_address),
            carrier=row.carrier,
            tracking_number=row.tracking_number,
            handed_over_at=row.handed_over_at,
        )


@strawberry.type(
    description="What the verifier said of the unit or a person (身份核验, manual §5.1.3)."
)
class Verification:
    path: list[str] = says("Of whom: unit, legalCard, operators and an id, agent.")
    outcome: VerificationOutcome = says("The answer.")
    checked_at: datetime = says("When it was asked.")
    acknowledged_at: datetime | None = says(
        "When the unit overrode a doubt by submitting (确认无误)."
    )

    @classmethod
    def of(cls, row: rows.Verification) -> "Verification":
        return cls(
            path=row.subject.split("."),
            outcome=row.outcome,
            checked_at=row.checked_at,
            acknowledged_at=row.acknowledged_at,
        )
