"""The inputs of the mutations. Absent fields of a draft stay as they are; null empties them."""

from datetime import datetime

import strawberry
from strawberry import ID

from models.enums import (
    AgentSource,
    ApplicationKind,
    ApplicationStatus,
    AttachmentKind,
    Consent,
    DeliveryMethod,
    IdType,
    MakerScope,
    MediaType,
    Party,
    SmsPurpose,
    Step,
)
from schema.says import may, says

APPLICATION = "The application."
VERSION = "The version that the change was decided on; another one is refused."


@strawberry.input(description="Which applications to list; what is absent does not limit.")
class ApplicationFilter:
    status: list[ApplicationStatus] | None = may("Only these statuses.")
    search: str | None = may("Part of the number, or of the unit's name; 200 characters count.")
    submitted_since: datetime | None = may("Submitted at or after.")
    submitted_before: datetime | None = may("Submitted before.")
    updated_since: datetime | None = may("Changed at or after.")
    maker_id: ID | None = may("Only those made by this maker (制卡机构).")
    turn: Party | None = may("Only those that wait for this party.")


@strawberry.input(description="A code for a visitor who registers. Needs an unused captcha.")
class SendSmsCodeInput:
    phone: str = says("Mobile number; at most 30 characters.")
    purpose: SmsPurpose = says("What the code is for; it serves nothing else.")
    captcha_id: ID | None = may("From requestCaptcha; needed.")
    captcha_answer: str | None = may("What the picture shows; upper or lower case.")


@strawberry.input(description="Step 1 of registering (manual Fig 9): the unit.")
class RegisterUnitInput:
    unified_social_credit_code: str = says("18 characters, GB 32100; one account a unit.")
    organization_code: str = says(
        "9 characters without “-”, GB 11714; characters 9–17 of the USCC."
    )
    name: str = says("In Chinese; at most 64 characters.")
    legal_person_name: str = says("At most 64 characters.")
    id_type: IdType = says("Of the legal person's document.")
    id_number: str = says("Of the legal person's document.")
    id_valid_from: str = says("YYYYMMDD.")
    id_valid_to: str = says("YYYYMMDD; 00000000 = 长期.")
    country: str = says("ISO 3166 alpha-3, CHN.")


@strawberry.input(description="Step 2 of registering (manual Fig 10): the administrator's account.")
class RegisterAccountInput:
    username: str = says("4–40 letters, digits or . _ - @; unique.")
    password: str = says("8–128 characters, not well known, not containing the username.")
    password_confirmation: str = says("The same again.")
    name: str = says("Of the administrator; at most 64 characters.")
    id_type: IdType = says("Of the administrator's document.")
    id_number: str = says("Of the administrator's document.")
    id_valid_from: str = says("YYYYMMDD.")
    id_valid_to: str = says("YYYYMMDD; 00000000 = 长期.")
    country: str = says("ISO 3166 alpha-3.")
    email: str = says("Where mails about applications go.")
    phone: str = says("The mobile that got the SMS code.")


@strawberry.input(description="Registering a unit with its one administrator.")
class RegisterEnterpriseInput:
    unit: RegisterUnitInput = says("Step 1.")
    account: RegisterAccountInput = says("Step 2.")
    sms_code: str = says("From sendSmsCode, for the account's phone.")
    consents: list[Consent] = says("Both are needed.")


@strawberry.input(description="Signing in by password.")
class LoginInput:
    username: str = says("The account.")
    password: str = says("Its password.")
    consents: list[Consent] = says("Both are needed (manual §3.1).")
    totp: str | None = may("Of an officer's authenticator, or a recovery code; when asked for.")
    captcha_id: ID | None = may("From requestCaptcha; when asked for.")
    captcha_answer: str | None = may("What the picture shows; upper or lower case.")


@strawberry.input(description="Signing in by legal card.")
class LoginWithCardInput:
    challenge_id: ID = says("From requestCardChallenge.")
    certificate: str = says(
        "The card's certificate, PEM with LF as line ends; at most 8000 characters."
    )
    signature: str = says(
        "By the card's agent, base64: ECDSA (DER) or RSA PKCS #1 v1.5 with SHA-256; at most 2000 characters. docs/card-sign-in.md says of which bytes."
    )
    consents: list[Consent] = says("Both are needed (manual §3.1).")
    origin: str | None = strawberry.field(
        default=None,
        description="The origin of the page that asked the agent, as the agent signed it; null: the server's own.",
    )


@strawberry.input(description="Starting an application.")
class StartApplicationInput:
    kind: ApplicationKind = says("See `viewer.mayStart`.")


@strawberry.input(description="The unit's step.")
class SaveUnitInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    region_code: str | None = may("Of the main business place, to the last level.")
    street: str | None = may("The rest of the address; at most 200 characters.")
    maker_scope: MakerScope | None = may("本省直辖市 or 跨区通办.")
    maker_id: ID | None = may("From `makers`; a bank's agency cannot be changed once submitted.")


@strawberry.input(description="The legal card's step.")
class SaveLegalCardInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    phone: str | None = may("Mobile number of the legal person.")
    email: str | None = may("E-mail address of the legal person.")
    media_type: MediaType | None = may("Of the card.")


@strawberry.input(description="Entering or editing an operator; at most 10.")
class SaveOperatorInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    operator_id: ID | None = may("The one to edit; absent = a new one.")
    confirm: bool = strawberry.field(
        default=False,
        description="true: 确定录入, refused while something is wrong. false: 暂存, back to DRAFT.",
    )
    name: str | None = may("As on the document; at most 64 characters.")
    id_type: IdType | None = may("Of the document; a new operator begins with RESIDENT_ID.")
    id_number: str | None = may("Of the document; once a unit.")
    id_valid_from: str | None = may("YYYYMMDD.")
    id_valid_to: str | None = may("YYYYMMDD; 00000000 = 长期.")
    country: str | None = may("ISO 3166 alpha-3; a new operator begins with CHN.")
    phone: str | None = may("Mobile number.")
    email: str | None = may("E-mail address.")
    media_type: MediaType | None = may("Of the card.")


@strawberry.input(description="Deleting an operator with their papers.")
class RemoveOperatorInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    operator_id: ID = says("The one to delete; an agent who was this operator is reset.")


@strawberry.input(description="Entering a person of the unit who may get a card.")
class CreateOperatorAccountInput:
    username: str = says("4–40 letters, digits or . _ - @; unique.")
    name: str = says("As on the document; at most 64 characters.")
    id_type: IdType = says("Of the document.")
    id_number: str = says("Of the document; once a unit.")
    id_valid_from: str = says("YYYYMMDD.")
    id_valid_to: str = says("YYYYMMDD; 00000000 = 长期.")
    country: str = says("ISO 3166 alpha-3.")
    phone: str = says("Mobile number.")
    email: str = says("E-mail address.")


@strawberry.input(description="选择已有未制卡操作员: the unit's people become operators.")
class AddExistingOperatorsInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    operator_account_ids: list[ID] = says("From `viewer.enterprise.operatorAccounts`.")


@strawberry.input(description="The agent's step (经办人).")
class SaveAgentInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    source: AgentSource = says("Who it is; only OTHER has data of its own.")
    operator_id: ID | None = may("Which operator, for OPERATOR.")
    name: str | None = may("For OTHER; at most 64 characters.")
    id_type: IdType | None = may("For OTHER; begins with RESIDENT_ID.")
    id_number: str | None = may("For OTHER.")
    id_valid_from: str | None = may("For OTHER; YYYYMMDD.")
    id_valid_to: str | None = may("For OTHER; YYYYMMDD; 00000000 = 长期.")
    country: str | None = may("For OTHER; ISO 3166 alpha-3; begins with CHN.")
    phone: str | None = may("For OTHER; the SMS code goes there.")
    email: str | None = may("For OTHER.")


@strawberry.input(description="The delivery's step; the official remarks (备注) are made from it.")
class SaveDeliveryInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    method: DeliveryMethod | None = may("MAIL only where the maker mails.")
    contact: str | None = may("Who receives the cards; at most 64 characters.")
    phone: str | None = may("Mobile or landline.")
    address: str | None = may("For MAIL; at most 200 characters.")


@strawberry.input(description="Deleting a step's data and papers, not to be recovered.")
class ClearStepInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    step: Step = says("Which step; something of it must have been saved.")


@strawberry.input(description="Announcing a paper whose bytes are then PUT to the address.")
class PrepareAttachmentInput:
    application_id: ID = says(APPLICATION)
    kind: AttachmentKind = says("What it shows; at most 10 of a kind.")
    operator_id: ID | None = may("Whose document; needed for OPERATOR_ID, and only there.")
    file_name: str = says("At most 120 characters, no folder.")
    content_type: str = says("image/jpeg, image/png or application/pdf.")
    size: int = says("Bytes; at most 10 MiB.")


@strawberry.input(description="Removing a paper.")
class RemoveAttachmentInput:
    attachment_id: ID = says("The paper.")


@strawberry.input(description="Deleting the whole application, not to be recovered.")
class DiscardApplicationInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)


@strawberry.input(description="The code that submitting needs, to the agent's mobile.")
class SendSubmissionCodeInput:
    application_id: ID = says(APPLICATION)


@strawberry.input(description="Submitting: every step complete, every warning acknowledged.")
class SubmitApplicationInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
    declaration_accepted: bool = says("申请单位声明 ticked.")
    sms_code: str = says("From sendSubmissionCode.")
    acknowledged_warnings: list[str] = strawberry.field(
        default_factory=list,
        description="确认无误: codes of warnings, or keys of single ones.",
    )


@strawberry.input(description="Taking a submission back while nobody has accepted it.")
class WithdrawApplicationInput:
    application_id: ID = says(APPLICATION)
    version: int = says(VERSION)
