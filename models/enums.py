"""The vocabulary of the field: every closed list that the database and the contract share."""

from enum import StrEnum


class Role(StrEnum):
    ENTERPRISE_ADMIN = "ENTERPRISE_ADMIN"
    RA_OFFICER = "RA_OFFICER"
    PLATFORM_ADMIN = "PLATFORM_ADMIN"


class SignInMethod(StrEnum):
    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a way to sign in
    CARD = "CARD"
    SINGLE_WINDOW = "SINGLE_WINDOW"


class Consent(StrEnum):
    TERMS = "TERMS"
    PRIVACY = "PRIVACY"


class RegisteredBy(StrEnum):
    """By which door a unit came in (manual Fig 9)."""

    FORM = "FORM"
    ELICENCE = "ELICENCE"
    SINGLE_WINDOW = "SINGLE_WINDOW"


class SmsPurpose(StrEnum):
    REGISTRATION = "REGISTRATION"


class RegionLevel(StrEnum):
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    DISTRICT = "DISTRICT"


class MakerScope(StrEnum):
    """本省直辖市 or 跨区通办 (manual §5.1.2, Fig 12)."""

    WITHIN_PROVINCE = "WITHIN_PROVINCE"
    CROSS_REGION = "CROSS_REGION"


class InstitutionRole(StrEnum):
    MAKER = "MAKER"
    ISSUER = "ISSUER"
    DATA_CENTRE = "DATA_CENTRE"
    BANK_AGENCY = "BANK_AGENCY"


class ApplicationKind(StrEnum):
    NEW_CARDS = "NEW_CARDS"


class ApplicationStatus(StrEnum):
    """Manual §5.5, Table 2."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    MEDIA_REQUIRED = "MEDIA_REQUIRED"
    MEDIA_READY = "MEDIA_READY"
    PRODUCING = "PRODUCING"
    COMPLETED = "COMPLETED"
    RETURNED = "RETURNED"


class ApplicationAction(StrEnum):
    SAVE = "SAVE"
    DISCARD = "DISCARD"
    SUBMIT = "SUBMIT"
    WITHDRAW = "WITHDRAW"
    ACCEPT = "ACCEPT"
    RETURN = "RETURN"
    APPROVE = "APPROVE"
    REGISTER_MEDIA = "REGISTER_MEDIA"
    START_PRODUCTION = "START_PRODUCTION"
    ISSUE = "ISSUE"
    COMPLETE = "COMPLETE"
    RECORD_DELIVERY = "RECORD_DELIVERY"


class ApplicationEventType(StrEnum):
    STARTED = "STARTED"
    SUBMITTED = "SUBMITTED"
    WITHDRAWN = "WITHDRAWN"
    DISCARDED = "DISCARDED"
    REROUTED = "REROUTED"
    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"
    APPROVED = "APPROVED"
    MEDIA_REGISTERED = "MEDIA_REGISTERED"
    PRODUCTION_STARTED = "PRODUCTION_STARTED"
    CARD_ISSUED = "CARD_ISSUED"
    CARD_FAILED = "CARD_FAILED"
    COMPLETED = "COMPLETED"
    SHIPPED = "SHIPPED"
    HANDED_OVER = "HANDED_OVER"


class Party(StrEnum):
    """Who one is to an application: its unit, or the institution that issues, makes or advises."""

    UNIT = "UNIT"
    ISSUER = "ISSUER"
    MAKER = "MAKER"
    DATA_CENTRE = "DATA_CENTRE"
    PLATFORM = "PLATFORM"


class Step(StrEnum):
    UNIT = "UNIT"
    LEGAL_CARD = "LEGAL_CARD"
    OPERATORS = "OPERATORS"
    AGENT = "AGENT"
    DELIVERY = "DELIVERY"


class Severity(StrEnum):
    ERROR = "ERROR"
    WARNING = "WARNING"


class IdType(StrEnum):
    RESIDENT_ID = "RESIDENT_ID"
    HMT_RESIDENCE_PERMIT = "HMT_RESIDENCE_PERMIT"
    HK_MACAO_TRAVEL_PERMIT = "HK_MACAO_TRAVEL_PERMIT"
    TAIWAN_TRAVEL_PERMIT = "TAIWAN_TRAVEL_PERMIT"
    FOREIGN_PERMANENT_RESIDENT_ID = "FOREIGN_PERMANENT_RESIDENT_ID"
    PASSPORT = "PASSPORT"


class MediaType(StrEnum):
    """智能密码钥匙, 智能IC卡, 共享盾 (manual §2.3)."""

    USB_KEY = "USB_KEY"
    IC_CARD = "IC_CARD"
    SHARED_SHIELD = "SHARED_SHIELD"


class MediaSupply(StrEnum):
    FREE = "FREE"
    ENTERPRISE = "ENTERPRISE"


class OperatorStatus(StrEnum):
    DRAFT = "DRAFT"
    CONFIRMED = "CONFIRMED"


class AgentSource(StrEnum):
    LEGAL_PERSON = "LEGAL_PERSON"
    OPERATOR = "OPERATOR"
    OTHER = "OTHER"


class DeliveryMethod(StrEnum):
    MAIL = "MAIL"
    PICKUP = "PICKUP"


class AttachmentKind(StrEnum):
    BUSINESS_LICENCE = "BUSINESS_LICENCE"
    LEGAL_PERSON_ID = "LEGAL_PERSON_ID"
    OPERATOR_ID = "OPERATOR_ID"
    AGENT_ID = "AGENT_ID"


class AttachmentStatus(StrEnum):
    PENDING = "PENDING"
    STORED = "STORED"
    ARCHIVED = "ARCHIVED"


class ReturnCategory(StrEnum):
    """The six cases of manual §5.4."""

    MATERIALS = "MATERIALS"
    MISMATCH = "MISMATCH"
    AGENT_UNVERIFIED = "AGENT_UNVERIFIED"
    UNIT_UNVERIFIED = "UNIT_UNVERIFIED"
    REMARKS = "REMARKS"
    OTHER = "OTHER"


class CardKind(StrEnum):
    LEGAL = "LEGAL"
    OPERATOR = "OPERATOR"


class CardStatus(StrEnum):
    PENDING = "PENDING"
    PRODUCING = "PRODUCING"
    ISSUED = "ISSUED"


class CertificateStatus(StrEnum):
    VALID = "VALID"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


class RevocationReason(StrEnum):
    """Why a card's certificate is revoked, as CRLs spell it (RFC 5280 section 5.3.1).

    Those of CAs and those that can be taken back are not among them.
    """

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"


class VerificationOutcome(StrEnum):
    MATCH = "MATCH"
    MISMATCH = "MISMATCH"
    UNAVAILABLE = "UNAVAILABLE"


class Channel(StrEnum):
    MAIL = "mail"
    SMS = "sms"


class QueueStatus(StrEnum):
    """Where a row that a worker takes from the database stands."""

    WAITING = "WAITING"
    DONE = "DONE"
    DEAD = "DEAD"


class IssuanceStep(StrEnum):
    """What of a card's certificate is already stored, in Boulder's order."""

    RESERVED = "RESERVED"
    REQUESTED = "REQUESTED"
    INTENDED = "INTENDED"
    SIGNED = "SIGNED"
    WRITTEN = "WRITTEN"


class AuditKind(StrEnum):
    """What a row of the audit trail is about."""

    ACT = "ACT"
    SIGN_IN = "SIGN_IN"
    SIGN_OUT = "SIGN_OUT"
    REFUSED = "REFUSED"
    VIEW = "VIEW"
