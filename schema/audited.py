"""Which row of the audit trail a mutation leaves: one line each, and none without a line."""

from dataclasses import dataclass
from typing import Any

from models.enums import AuditKind
from models.public_id import Kind, public_id, row_id


@dataclass(frozen=True)
class Rule:
    """`field` of the input names the subject, an id of this `subject` kind; without one the act
    itself says what it is about. `whole`: the act has no transaction of its own.
    """

    field: str = ""
    subject: Kind | None = None
    kind: AuditKind = AuditKind.ACT
    whole: bool = False


ITSELF = Rule()
APPLICATION = Rule("application_id", Kind.APPLICATION)

# fmt: off
AUDITED: dict[str, Rule] = {
    "requestCaptcha":        ITSELF,
    "sendSmsCode":           ITSELF,
    "registerEnterprise":    ITSELF,
    "readELicence":          ITSELF,
    "registerWithELicence":  ITSELF,
    "login":                 Rule(kind=AuditKind.SIGN_IN),
    "requestCardChallenge":  ITSELF,
    "loginWithCard":         Rule(kind=AuditKind.SIGN_IN),
    "beginSingleWindowSignIn": ITSELF,
    "loginWithSingleWindow": Rule(kind=AuditKind.SIGN_IN),
    "unlinkSingleWindow":    ITSELF,
    "logout":                Rule(kind=AuditKind.SIGN_OUT, whole=True),
    "requestPasswordReset":  ITSELF,
    "resetPassword":         ITSELF,
    "changePassword":        ITSELF,
    "requestPhoneChange":    ITSELF,
    "changePhone":           ITSELF,
    "continueSession":       ITSELF,
    "revokeSession":         Rule("session_id", Kind.SESSION, whole=True),
    "revokeOtherSessions":   Rule(whole=True),
    "beginTotp":             ITSELF,
    "confirmTotp":           ITSELF,
    "startApplication":      ITSELF,
    "saveUnit":              APPLICATION,
    "saveLegalCard":         APPLICATION,
    "saveOperator":          APPLICATION,
    "removeOperator":        APPLICATION,
    "createOperatorAccount": ITSELF,
    "addExistingOperators":  APPLICATION,
    "saveAgent":             APPLICATION,
    "saveDelivery":          APPLICATION,
    "clearStep":             APPLICATION,
    "prepareAttachment":     APPLICATION,
    "removeAttachment":      Rule("attachment_id", Kind.ATTACHMENT),
    "discardApplication":    APPLICATION,
    "sendSubmissionCode":    APPLICATION,
    "submitApplication":     APPLICATION,
    "withdrawApplication":   APPLICATION,
    "claimApplication":      APPLICATION,
    "releaseApplication":    APPLICATION,
    "acceptApplication":     APPLICATION,
    "returnApplication":     APPLICATION,
    "approveApplication":    APPLICATION,
    "registerMedia":         APPLICATION,
    "startProduction":       APPLICATION,
    "issueCertificates":     APPLICATION,
    "completeApplication":   APPLICATION,
    "recordDelivery":        APPLICATION,
}
# fmt: on


def subject_in(rule: Rule, input: Any) -> str:
    """The id that the input names, if it is one: nothing else of it comes into the trail."""
    if rule.subject is None:
        return ""
    row = row_id(rule.subject, getattr(input, rule.field))
    return public_id(rule.subject, row) if row else ""
