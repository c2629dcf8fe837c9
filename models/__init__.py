"""The rules: models, states, the workflow table, wizard rules, identifiers, migrations."""

from models.account import Account, Session
from models.application import Agent, Application, Attachment, Operator, Verification
from models.audit import AuditRow
from models.card import Card, Certificate, Issuance
from models.card_challenge import CardChallenge
from models.claim import Claim, Seat
from models.code import Captcha, SmsCode
from models.enterprise import Enterprise, OperatorAccount
from models.event import Event
from models.guesses import Guesses
from models.institution import Institution
from models.message import Message
from models.region import Region
from models.second_factor import RecoveryCode, SecondFactor
from models.single_window import SingleWindowLink, SingleWindowVisit
from models.used_assertion import UsedAssertion

__all__ = [
    "Account",
    "Agent",
    "Application",
    "Attachment",
    "AuditRow",
    "Captcha",
    "Card",
    "CardChallenge",
    "Certificate",
    "Claim",
    "Enterprise",
    "Event",
    "Guesses",
    "Institution",
    "Issuance",
    "Message",
    "Operator",
    "OperatorAccount",
    "RecoveryCode",
    "Region",
    "Seat",
    "SecondFactor",
    "Session",
    "SingleWindowLink",
    "SingleWindowVisit",
    "SmsCode",
    "UsedAssertion",
    "Verification",
]
