"""Sweeping away what has expired and serves nobody any more."""

from datetime import timedelta

from tortoise.models import Model

from models.account import Session
from models.claim import Claim, Seat
from models.clock import now
from models.code import Captcha, SmsCode
from models.guesses import Guesses
from models.single_window import SingleWindowVisit
from models.used_assertion import UsedAssertion

EVERY = 3600.0  # seconds

# fmt: off
KEPT: tuple[tuple[type[Model], timedelta], ...] = (
    (Captcha, timedelta(hours=1)),
    (SmsCode, timedelta(days=7)),
    (Session, timedelta(days=30)),
    (Guesses, timedelta(hours=1)),
    (SingleWindowVisit, timedelta(hours=1)),
    (UsedAssertion, timedelta(hours=1)),
    (Claim, timedelta(hours=1)),
    (Seat, timedelta(hours=1)),
)
# fmt: on
"""For how long a row is kept after its `expires_at`."""


async def sweep() -> float:
    """One round; answers when the next is due."""
    for table, kept in KEPT:
        await table.filter(expires_at__lt=now() - kept).delete()
    return EVERY
