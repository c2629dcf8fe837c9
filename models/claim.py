"""Who works on what at the desk: claims of cases, and the seats of those who sit there.

A claim is good while its lease runs and while it is still the turn in which it was made: so no act
needs to end it, and neither does a server that is killed. A seat is an open live operation of the
desk; whoever has one is there, and keeps the officer's claims alive.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from models.application import Application
from models.clock import now
from models.enums import ApplicationStatus as State
from models.enums import Party
from models.refusals import Refused, WrongState, refuse
from models.workflow import TURN

LEASE = timedelta(seconds=30)
"""How long who is no longer heard of is taken to be there: of a server that was killed."""
LEASE_AWAY = timedelta(seconds=60)
"""Of a claim that is made without sitting at the desk."""
CLAIMING = (Party.ISSUER, Party.MAKER)
"""Whose officers may claim, each in its turn: the others decide nothing."""


class Claim(Model):
    """An officer works on an application. `party`: in whose turn it was claimed."""

    id = fields.IntField(primary_key=True)
    application: fields.OneToOneRelation[Application] = fields.OneToOneField(
        "models.Application", related_name="claim"
    )
    account_id = fields.IntField(db_index=True)
    officer_name = fields.CharField(max_length=64)
    institution_id = fields.IntField()
    party = fields.CharEnumField(Party, max_length=20)
    claimed_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    application_id: int

    class Meta:
        table = "claim"


class Seat(Model):
    """One open live operation of an officer at the desk, renewed while it is open."""

    id = fields.IntField(primary_key=True)
    account_id = fields.IntField(db_index=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "seat"


@dataclass(frozen=True)
class Claimed:
    """A good claim, as it is told; that its lease was renewed is no news.

    `institutions`: those that the application lies with, who may know of it.
    """

    application_id: int
    number: str | None
    account_id: int
    officer_name: str
    claimed_at: datetime
    institutions: frozenset[int | None]
    expires_at: datetime = field(compare=False)


class Claims:
    """All good claims of one moment, by the institutions that may know of them."""

    def __init__(self, rows: Iterable[Claimed]) -> None:
        self.rows = tuple(rows)
        self._by_institution: dict[int | None, dict[int, Claimed]] = defaultdict(dict)
        for row in self.rows:
            for institution in row.institutions | {None}:
                self._by_institution[institution][row.application_id] = row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Claims) and self.rows == other.rows

    __hash__ = None  # type: ignore[assignment]  # compared, never kept in a set

    def of(self, institution: int | None) -> Mapping[int, Claimed]:
        """By application: those that an institution may know of, or (None) all."""
        return self._by_institution.get(institution, {})

    def first_end(self) -> datetime | None:
        """When the first lease runs out, unless it is renewed."""
        return min((row.expires_at for row in self.rows), default=None)


def states_of(party: Party) -> list[State]:
    """The states in which it is this party's turn."""
    return [state for state, turn in TURN.items() if turn is party]


def good(prefix: str = "", status: str = "application__status") -> Q:
    """The claims that hold now. From the table that is asked, `prefix` leads to theirs, and
    `status` to the application's.
    """
    in_turn = (
        _all(**{f"{prefix}party": party, f"{status}__in": states_of(party)}) for party in CLAIMING
    )
    return _all(**{f"{prefix}expires_at__gt": now()}) & Q(*in_turn, join_type=Q.OR)


def _all(**conditions: Any) -> Q:
    return Q(**conditions)


def claimable_as(application: Application, parties: Collection[Party]) -> Party:
    """As what these parties may claim the application now: the one whose turn it is.

    Raises Refused: FORBIDDEN for who never may, WRONG_STATE for who may not now.
    """
    claiming = [party for party in CLAIMING if party in parties]
    if not claiming:
        raise refuse("FORBIDDEN", "applicationId")
    turn = TURN[application.status]
    if application.discarded_at or turn not in claiming:
        status = application.status
        raise Refused(WrongState("WRONG_STATE", ("applicationId",), current_status=status))
    return turn


async def good_claims(of: Collection[int] | None = None) -> Claims:
    """All of them, or those of some applications, in one statement that reads nothing personal."""
    held = ("issuer", "maker", "data_centre")
    which = Q() if of is None else Q(application_id__in=list(of))
    rows = (
        await Claim.filter(good(), which)
        .order_by("id")
        .values(
            "application_id",
            "account_id",
            "officer_name",
            "claimed_at",
            "expires_at",
            number="application__number",
            **{name: f"application__held_{name}_id" for name in held},
        )
    )
    return Claims(
        Claimed(institutions=frozenset(row.pop(name) for name in held), **row) for row in rows
    )
