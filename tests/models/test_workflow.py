"""The workflow against requirements "Status", written down here a second time and by hand."""

import ast
import re
from collections import deque
from itertools import product
from pathlib import Path

import pytest

from models.actor import Actor
from models.application import Application
from models.clock import now
from models.enums import ApplicationAction as Act
from models.enums import ApplicationStatus as State
from models.enums import Party, Role, SignInMethod
from models.refusals import Refused, WrongState
from models.workflow import FINISHED, TURN, WORKFLOW, available_actions, move, parties_of, permit

ROOT = Path(__file__).parents[2]

# act, from, by whom, to
# fmt: off
EXPECTED = """
SAVE             DRAFT           UNIT           DRAFT
SAVE             RETURNED        UNIT           RETURNED
DISCARD          DRAFT           UNIT           DRAFT
DISCARD          RETURNED        UNIT           RETURNED
SUBMIT           DRAFT           UNIT           SUBMITTED
SUBMIT           RETURNED        UNIT           SUBMITTED
WITHDRAW         SUBMITTED       UNIT           DRAFT
ACCEPT           SUBMITTED       ISSUER         IN_REVIEW
RETURN           SUBMITTED       ISSUER         RETURNED
RETURN           IN_REVIEW       ISSUER         RETURNED
APPROVE          IN_REVIEW       ISSUER         MEDIA_REQUIRED,MEDIA_READY
REGISTER_MEDIA   MEDIA_REQUIRED  ISSUER,MAKER   MEDIA_REQUIRED,MEDIA_READY
REGISTER_MEDIA   MEDIA_READY     ISSUER,MAKER   MEDIA_READY
START_PRODUCTION MEDIA_READY     MAKER          PRODUCING
ISSUE            PRODUCING       MAKER          PRODUCING
COMPLETE         PRODUCING       MAKER          COMPLETED
RECORD_DELIVERY  COMPLETED       MAKER          COMPLETED
"""
WHOSE_TURN = {
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

Row = tuple[Act, State, frozenset[Party], frozenset[State]]


def _row(line: str) -> Row:
    act, start, parties, ends = line.split()
    return (
        Act(act),
        State(start),
        frozenset(Party(party) for party in parties.split(",")),
        frozenset(State(end) for end in ends.split(",")),
    )


ROWS = [_row(line) for line in EXPECTED.strip().splitlines()]
MATRIX = list(product(Act, State, Party))


def _application(status: State) -> Application:
    application = Application(id=1, status=status, version=1)
    application.enterprise_id = 1
    application.held_maker_id = application.held_issuer_id = application.held_data_centre_id = None
    return application


def _is_allowed(act: Act, state: State, party: Party) -> bool:
    return any((a, s) == (act, state) and party in by for a, s, by, _ in ROWS)


def _may_ever(act: Act, party: Party) -> bool:
    return any(a is act and party in by for a, _, by, _ in ROWS)


@pytest.mark.parametrize(("act", "state", "party"), MATRIX)
def test_a_party_may_do_an_act_in_a_state_exactly_where_the_table_says(
    act: Act, state: State, party: Party
) -> None:
    application = _application(state)
    allowed = _is_allowed(act, state, party)
    assert (act in available_actions(application, {party})) is allowed
    if allowed:
        permit(act, application, {party})
        return
    with pytest.raises(Refused) as refused:
        permit(act, application, {party})
    (refusal,) = refused.value.refusals
    assert refusal.code == ("WRONG_STATE" if _may_ever(act, party) else "FORBIDDEN")
    if isinstance(refusal, WrongState):
        assert refusal.current_status is state


def test_who_accepted_may_not_approve_where_four_eyes_are_demanded() -> None:
    application = _application(State.IN_REVIEW)
    application.accepted_by_id, application.four_eyes = 7, True
    for account, acts in ((7, [Act.RETURN]), (8, [Act.RETURN, Act.APPROVE])):
        assert available_actions(application, {Party.ISSUER}, account) == acts
    with pytest.raises(Refused, match="FOUR_EYES"):
        permit(Act.APPROVE, application, {Party.ISSUER}, account_id=7)
    permit(Act.APPROVE, application, {Party.ISSUER}, account_id=8)
    assert {row.act for row in WORKFLOW if row.guards} == {Act.APPROVE}


@pytest.mark.parametrize(("act", "start", "end"), list(product(Act, State, State)))
def test_an_act_leads_exactly_where_the_table_says(act: Act, start: State, end: State) -> None:
    application = _application(start)
    if any((a, s) == (act, start) and end in ends for a, s, _, ends in ROWS):
        assert move(application, act, end) is start
        assert application.status is end
        assert application.version == 2
        assert application.unfinished_of == (None if end is State.COMPLETED else 1)
        return
    with pytest.raises(Refused):
        move(application, act, end)
    assert (application.status, application.version) == (start, 1)


@pytest.mark.parametrize(("act", "state", "party"), MATRIX)
def test_nothing_is_done_with_what_was_thrown_away(act: Act, state: State, party: Party) -> None:
    application = _application(state)
    application.discarded_at = now()
    assert available_actions(application, {party}) == []
    with pytest.raises(Refused):
        permit(act, application, {party})


def test_every_state_says_whose_turn_it_is() -> None:
    assert TURN == WHOSE_TURN
    for state, party in TURN.items():
        if party is Party.UNIT and state is State.MEDIA_REQUIRED:
            continue  # the unit brings media to the counter; nothing is done here by the unit
        if party:
            assert available_actions(_application(state), {party}), state


def test_every_state_is_reached_from_a_draft_and_leads_to_the_end() -> None:
    after = {state: {e for _, s, _, ends in ROWS if s is state for e in ends} for state in State}

    def reached(start: State) -> set[State]:
        seen, waiting = {start}, deque([start])
        while waiting:
            for state in after[waiting.popleft()] - seen:
                seen.add(state)
                waiting.append(state)
        return seen

    assert reached(State.DRAFT) == set(State)
    for state in State:
        assert State.COMPLETED in reached(state)
    assert frozenset({State.COMPLETED}) == FINISHED


def _actor(role: Role, **of: int) -> Actor:
    told = {"enterprise_id": None, "institution_id": None, **of}
    return Actor(
        account_id=1,
        session_id=1,
        username="u",
        name="n",
        role=role,
        signed_in_by=SignInMethod.PASSWORD,
        **told,
    )


# fmt: off
PARTIES = [
    (_actor(Role.ENTERPRISE_ADMIN, enterprise_id=1), {Party.UNIT}),
    (_actor(Role.ENTERPRISE_ADMIN, enterprise_id=2), set()),
    (_actor(Role.ENTERPRISE_ADMIN),                  set()),
    (_actor(Role.RA_OFFICER, institution_id=10),     {Party.MAKER}),
    (_actor(Role.RA_OFFICER, institution_id=20),     {Party.ISSUER, Party.DATA_CENTRE}),
    (_actor(Role.RA_OFFICER, institution_id=30),     set()),
    (_actor(Role.RA_OFFICER),                        set()),
    (_actor(Role.PLATFORM_ADMIN),                    {Party.PLATFORM}),
]
# fmt: on


@pytest.mark.parametrize(("actor", "parties"), PARTIES)
def test_one_is_party_to_what_was_submitted_to_ones_institution(
    actor: Actor, parties: set[Party]
) -> None:
    application = _application(State.SUBMITTED)
    application.maker_id = application.issuer_id = application.data_centre_id = 30
    application.held_maker_id = 10
    application.held_issuer_id = application.held_data_centre_id = 20
    assert parties_of(actor, application) == parties


def _assigns_status(file: Path) -> bool:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if (
                isinstance(target, ast.Attribute)
                and target.attr == "status"
                and isinstance(target.value, ast.Name)
                and target.value.id == "application"
            ):
                return True
    return False


def test_one_function_alone_changes_a_status() -> None:
    rooms = ("models", "resolvers", "subscriptions", "schema", "server", "hardware")
    files = [file for room in rooms for file in (ROOT / room).rglob("*.py")]
    assert [str(file.relative_to(ROOT)) for file in files if _assigns_status(file)] == [
        "models/workflow.py"
    ]


def test_the_picture_in_the_readme_is_the_table() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    drawn = {
        (State(start), State(end))
        for start, end in re.findall(r"^ {4}([A-Z_]+) --> ([A-Z_]+):", text, re.MULTILINE)
    }
    moves = {(row.start, row.end) for row in WORKFLOW if row.start is not row.end}
    assert drawn == moves
    ends = set(re.findall(r"^ {4}([A-Z_]+) --> \[\*\]", text, re.MULTILINE))
    discarded = {row.start for row in WORKFLOW if row.act is Act.DISCARD}
    assert ends == {state.value for state in FINISHED | discarded}
