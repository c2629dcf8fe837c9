"""The inputs of registering by e-licence."""

import strawberry

from models.enums import Consent, IdType
from schema.account_inputs import CHOSEN
from schema.says import may, says

ASSERTION = "From the e-licence's issuer: a compact JWS of at most 8192 characters, good for at most 10 minutes (docs/elicence.md)."
UNLESS = "needed unless administratorIsLegalPerson, and then not looked at."


@strawberry.input(description="Looking at an e-licence (电子营业执照) before registering by it.")
class ReadELicenceInput:
    assertion: str = says(ASSERTION)


@strawberry.input(
    description="Step 2 of registering by e-licence: the administrator's account. Who a legal person is, the licence says."
)
class ELicenceAccountInput:
    username: str = says("4–40 letters, digits or . _ - @; unique.")
    password: str = says(CHOSEN)
    password_confirmation: str = says("The same again.")
    email: str = says("Where mails about applications go.")
    phone: str = says("The mobile that got the SMS code.")
    name: str | None = may(f"Of the administrator; at most 64 characters; {UNLESS}")
    id_type: IdType | None = may(f"Of the administrator's document; {UNLESS}")
    id_number: str | None = may(f"Of the administrator's document; {UNLESS}")
    id_valid_from: str | None = may(f"YYYYMMDD; {UNLESS}")
    id_valid_to: str | None = may(f"YYYYMMDD; 00000000 = 长期; {UNLESS}")
    country: str | None = may(f"ISO 3166 alpha-3; {UNLESS}")


@strawberry.input(description="Registering a unit by its e-licence; the unit is what that says.")
class RegisterWithELicenceInput:
    assertion: str = says(f"{ASSERTION} It registers once; refused, it may be sent again.")
    account: ELicenceAccountInput = says("Step 2.")
    sms_code: str = says("From sendSmsCode, for the account's phone.")
    consents: list[Consent] = says("Both are needed.")
    administrator_is_legal_person: bool = strawberry.field(
        default=False,
        description="true: the administrator is the licence's legal person, whose data it has.",
    )
