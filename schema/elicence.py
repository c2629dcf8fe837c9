"""The second door of registering (manual Fig 9): by e-licence."""

from datetime import datetime
from typing import Annotated

import strawberry

from models.enums import IdType
from models.identifiers import normalized, normalized_id_number
from models.masking import masked_number
from models.person_columns import PERSON_FIELDS
from models.persons import Person
from resolvers import elicence
from resolvers.registration import AccountForm
from schema import elicence_inputs as inputs
from schema.acting import INPUT, attempt, given
from schema.context import Info
from schema.errors import UserError
from schema.payloads import ERRORS, RegisterEnterprisePayload
from schema.says import says


@strawberry.type(
    description="Step 1 of registering as an e-licence (电子营业执照) has it; to who holds its assertion."
)
class ELicence:
    unified_social_credit_code: str = says("统一社会信用代码, GB 32100.")
    organization_code: str = says("Characters 9–17 of it.")
    name: str = says("Of the unit.")
    licence_number: str = says("证照编号.")
    legal_person_name: str = says("法定代表人.")
    legal_person_id_type: IdType = says("Of the legal person's document.")
    legal_person_id_number: str = says("Masked: it is not needed to go on.")
    legal_person_id_valid_from: str = says("YYYYMMDD.")
    legal_person_id_valid_to: str = says("YYYYMMDD; 00000000 = 长期.")
    legal_person_country: str = says("ISO 3166 alpha-3.")
    registered: bool = says("Whether the unit has its administrator account already.")
    expires_at: datetime = says("Until when the assertion registers.")

    @classmethod
    def of(cls, shown: elicence.Shown) -> "ELicence":
        unit, person = shown.unit, shown.unit.legal_person
        kind, number = person.id_type or IdType.RESIDENT_ID, person.id_number or ""
        return cls(
            unified_social_credit_code=normalized(unit.uscc),
            organization_code=unit.organization_code,
            name=unit.name.strip(),
            licence_number=unit.source.licence_number or "",
            legal_person_name=person.name or "",
            legal_person_id_type=kind,
            legal_person_id_number=masked_number(normalized_id_number(kind, number)),
            legal_person_id_valid_from=person.id_valid_from or "",
            legal_person_id_valid_to=person.id_valid_to or "",
            legal_person_country=person.country or "",
            registered=shown.registered,
            expires_at=shown.expires_at,
        )


@strawberry.type(description="Answer of readELicence.")
class ReadELicencePayload:
    licence: ELicence | None = says("What the licence says.")
    errors: list[UserError] = says(ERRORS)


@strawberry.type(description="Registering by e-licence.")
class ELicenceDoor:
    @strawberry.mutation(
        description="What an e-licence says, before registering by it; uses nothing up. Anyone with its assertion."
    )
    async def read_e_licence(
        self, info: Info, input: Annotated[inputs.ReadELicenceInput, INPUT]
    ) -> ReadELicencePayload:
        shown, errors = await attempt(
            info, input, lambda: elicence.read_elicence(info.context.office, input.assertion)
        )
        return ReadELicencePayload(licence=ELicence.of(shown) if shown else None, errors=errors)

    @strawberry.mutation(
        description="电子营业执照快速注册: register the e-licence's unit with its one administrator. Anyone with its assertion."
    )
    async def register_with_e_licence(
        self, info: Info, input: Annotated[inputs.RegisterWithELicenceInput, INPUT]
    ) -> RegisterEnterprisePayload:
        row, errors = await attempt(
            info,
            input,
            lambda: elicence.register_with_elicence(
                info.context.office,
                input.assertion,
                _account_form(input.account),
                input.sms_code,
                input.consents,
                administrator_is_legal_person=input.administrator_is_legal_person,
            ),
        )
        return RegisterEnterprisePayload(username=row.username if row else None, errors=errors)


def _account_form(form: inputs.ELicenceAccountInput) -> AccountForm:
    person = Person(**{name: given(getattr(form, name)) for name in PERSON_FIELDS})
    return AccountForm(form.username, form.password, form.password_confirmation, person)
