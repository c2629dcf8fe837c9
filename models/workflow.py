"""The workflow of an application: one table, and the one function that changes a status.

Source: manual §5.5 (Table 2) and requirements "Status". Read a row as: `act` takes an application
from `start` to `end` when done by one of `by`.
What else an act demands of who does it are its guards; what it demands of the application (complete
steps, a code, media for every card) stands with the act.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from models.actor import Actor
from models.application import Application
from models.clock import now
from models.enums import ApplicationAction as Act
from models.enums import ApplicationStatus as State
from models.enums import Party, Role
from models.refusals import Refused, WrongState, refuse

UNIT, ISSUER, MAKER = (
    frozenset({Party.UNIT}),
    frozenset({Party.ISSUER}),
    frozenset({Party.MAKER}),
)
EITHER = ISSUER | MAKER


@dataclass(frozen=True)
class Guard:
    """What else must hold between an application and the account that acts; its refusal's code."""

    code: str
    holds: Callable[[Application, int | None], bool]


def _is_second_pair_of_eyes(application: Application, account_id: int | None) -> bool:
    return not application.four_eyes or account_id != application.accepted_by_id


FOUR_EYES = (Guard("FOUR_EYES", _is_second_pair_of_eyes),)


@dataclass(frozen=True)
class Move:
    """One line of the workflow."""

    act: Act
    start: State
    end: State
    by: frozenset[Party]
    guards: tuple[Guard, ...] = ()


# fmt: off
WORKFLOW = (
    Move(Act.SAVE,             State.DRAFT,          State.DRAFT,          UNIT),
    Move(Act.SAVE,             State.RETURNED,       State.RETURNED,       UNIT),
    Move(Act.DISCARD,          State.DRAFT,          State.DRAFT,          UNIT),
    Move(Act.DISCARD,          State.RETURNED,       State.RETURNED,       UNIT),
    Move(Act.SUBMIT,           State.DRAFT,          State.SUBMITTED,      UNIT),
    Move(Act.SUBMIT,           State.RETURNED,       State.SUBMITTED,      UNIT),
    Move(Act.WITHDRAW,         State.SUBMITTED,      State.DRAFT,          UNIT),
    Move(Act.ACCEPT,           State.SUBMITTED,      State.IN_REVIEW,      ISSUER),
    Move(Act.RETURN,           State.SUBMITTED,      State.RETURNED,       ISSUER),
    Move(Act.RETURN,           State.IN_REVIEW,      State.RETURNED,       ISSUER),
    Move(Act.APPROVE,          State.IN_REVIEW,      State.MEDIA_REQUIRED, ISSUER, FOUR_EYES),
    Move(Act.APPROVE,          State.IN_REVIEW,      State.MEDIA_READY,    ISSUER, FOUR_EYES),
    Move(Act.REGISTER_MEDIA,   State.MEDIA_REQUIRED, State.MEDIA_REQUIRED, EITHER),
    Move(Act.REGISTER_MEDIA,   State.MEDIA_REQUIRED, State.MEDIA_READY,    EITHER),
    Move(Act.REGISTER_MEDIA,   State.MEDIA_READY,    State.MEDIA_READY,    EITHER),
    Move(Act.START_PRODUCTION, State.MEDIA_READY,    State.PRODUCING,      MAKER),
    Move(Act.ISSUE,            State.PRODUCING,      State.PRODUCING,      MAKER),
    Move(Act.COMPLETE,         State.PRODUCING,      State.COMPLETED,      MAKER),
    Move(Act.RECORD_DELIVERY,  State.COMPLETED,      State.COMPLETED,      MAKER),
)

TURN = {
    State.DRAFT:          Party.UNIT,
    State.SUBMITTED:      Party.ISSUER,
    State.IN_REVIEW:      Party.ISSUER,
    State.MEDIA_REQUIRED: Party.UNIT,
    State.MEDIA_READY:    Party.MAKER,
    State.PRODUCING:      Party.MAKER,
    State.COMPLETED:      None,
    State.RETURNED:       Party.UNIT,
}
# fmt: on

FINISHED = frozenset({State.COMPLETED})


def parties_of(actor: Actor, application: Application) -> frozenset[Party]:
    """What `actor` is to `application`; empty when the application is none of their business."""
    if actor.role is Role.PLATFORM_ADMIN:
        return frozenset({Party.PLATFORM})
    if actor.role is Role.ENTERPRISE_ADMIN:
        return UNIT if actor.enterprise_id == application.enterprise_id else frozenset()
    held = (
        (Party.ISSUER, application.held_issuer_id),
        (Party.MAKER, application.held_maker_id),
        (Party.DATA_CENTRE, application.held_data_centre_id),
    )
    mine = actor.institution_id
    return frozenset(party for party, institution in held if mine and institution == mine)


def available_actions(
    application: Application, parties: Collection[Party], account_id: int | None = None
) -> list[Act]:
    """The acts that the workflow lets this account, being these parties, do now, in the table's
    order.
    """
    if application.discarded_at:
        return []
    rows = (m for m in WORKFLOW if m.start is application.status and m.by & set(parties))
    acts = (m.act for m in rows if not _unmet(m, application, account_id))
    return list(dict.fromkeys(acts))


def _unmet(row: Move, application: Application, account_id: int | None) -> list[Guard]:
    return [guard for guard in row.guards if not guard.holds(application, account_id)]


def moves_of(act: Act, parties: Collection[Party]) -> list[Move]:
    """The rows by which these parties may ever do the act."""
    return [move for move in WORKFLOW if move.act is act and move.by & set(parties)]


def permit(
    act: Act,
    application: Application,
    parties: Collection[Party],
    place: str = "applicationId",
    account_id: int | None = None,
) -> None:
    """Raise Refused (at `place` of the input) unless the table has a row for this act, state and
    party whose guards hold for the account.

    FORBIDDEN: no such party may ever do it. WRONG_STATE: they may, but not now. Else a guard's
    code.
    """
    rows = moves_of(act, parties)
    if not rows:
        raise refuse("FORBIDDEN", place)
    here = [row for row in rows if row.start is application.status]
    if application.discarded_at or not here:
        raise Refused(WrongState("WRONG_STATE", (place,), current_status=application.status))
    unmet = [_unmet(row, application, account_id) for row in here]
    if all(unmet):
        raise refuse(unmet[0][0].code, place)


def move(application: Application, act: Act, end: State) -> State:
    """Change the status of `application` as the table says and answer the one it had.

    The only function that sets a status. The caller saves. Raises Refused (WRONG_STATE).
    """
    start = application.status
    if not any((m.act, m.start, m.end) == (act, start, end) for m in WORKFLOW):
        raise Refused(WrongState("WRONG_STATE", ("applicationId",), current_status=start))
    application.status = end
    application.version += 1
    application.updated_at = now()
    application.unfinished_of = None if end in FINISHED else application.enterprise_id
    return start
