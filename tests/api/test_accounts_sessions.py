"""Sessions: what one sees of them, what ends them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.account import Session
from tests.accounts import after, codes, done, is_signed_in, login
from tests.client import Client
from tests.conftest import Served

SESSIONS = """{ viewer { sessions {
    id signedInBy createdAt lastUsedAt expiresAt address current } } }"""
REVOKE_OTHERS = "mutation { revokeOtherSessions { revoked errors { code } } }"


async def _sessions(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.query(SESSIONS))["viewer"]["sessions"]
    return found


async def _two(served: Served) -> tuple[Client, Client]:
    first, second = served.visitor(), served.visitor()
    for client in (first, second):
        assert await login(client, "tianjin", served.password("tianjin")) == []
    return first, second


async def test_one_sees_where_one_is_signed_in(served: Served) -> None:
    first, second = await _two(served)
    found = await _sessions(first)
    assert [session["current"] for session in found].count(True) == 1
    assert {session["address"] for session in found} == {"127.0.0.*"}
    assert {session["signedInBy"] for session in found} == {"PASSWORD"}
    assert {session["id"] for session in found} == {s["id"] for s in await _sessions(second)}
    officer = await served.officer("beijing")
    assert len(await _sessions(officer.client)) == 1


async def test_a_session_is_ended_from_another_one(served: Served) -> None:
    first, second = await _two(served)
    (mine,) = [session for session in await _sessions(second) if session["current"]]
    payload = await done(first, "revokeSession", "revoked", sessionId=mine["id"])
    assert payload["revoked"] == 1
    assert not await is_signed_in(second)
    assert await codes(first, "revokeSession", sessionId=mine["id"]) == ["sessionId:NOT_FOUND"]


async def test_nobody_ends_a_session_of_another_account(served: Served) -> None:
    officer, other = await served.officer("tianjin"), await served.officer("beijing")
    (session,) = await _sessions(other.client)
    for id_ in (session["id"], "ses-999999", "app-1", "x"):
        told = await codes(officer.client, "revokeSession", sessionId=id_)
        assert told == ["sessionId:NOT_FOUND"]
    assert await is_signed_in(other.client)


async def test_all_other_sessions_end_at_once(served: Served) -> None:
    first, second = await _two(served)
    answer = await first.query(REVOKE_OTHERS)
    assert answer["revokeOtherSessions"] == {"revoked": 1, "errors": []}
    assert await is_signed_in(first)
    assert not await is_signed_in(second)


async def test_an_idle_session_ends_and_a_used_one_goes_on_to_its_end(served: Served) -> None:
    first, second = await _two(served)
    for minutes in range(20, 12 * 60, 20):
        with after(minutes=minutes):
            assert await is_signed_in(first)
    with after(minutes=31):
        assert not await is_signed_in(second)
    with after(hours=12, seconds=1):
        assert not await is_signed_in(first)


async def test_it_is_said_when_a_session_ends_unless_it_is_used(served: Served) -> None:
    first, _ = await _two(served)
    for session in await _sessions(first):
        used = datetime.fromisoformat(session["lastUsedAt"])
        assert datetime.fromisoformat(session["expiresAt"]) - used == timedelta(minutes=30)


async def test_a_use_is_written_down_once_a_minute(served: Served) -> None:
    first, _ = await _two(served)
    before = await Session.all().order_by("id").first()
    await is_signed_in(first)
    again = await Session.all().order_by("id").first()
    assert before is not None
    assert again is not None
    assert before.last_used_at == again.last_used_at
    with after(seconds=61):
        await is_signed_in(first)
    used = await Session.get(id=before.id)
    assert used.last_used_at is not None
    assert before.last_used_at is not None
    assert used.last_used_at - before.last_used_at > timedelta(seconds=60)


async def test_a_feed_ends_with_the_session_that_was_left_alone(served: Served) -> None:
    officer = await served.officer("tianjin")
    async with officer.client.socket() as socket:
        watch = await socket.watch("IncomingApplications")
        assert await watch.is_quiet()
        await Session.filter(account__username="tianjin").update(
            last_used_at=datetime.now(UTC) - timedelta(minutes=31)
        )
        message = await watch.message()
    (error,) = message["payload"]
    assert error["extensions"]["code"] == "NOT_SIGNED_IN"


@pytest.mark.parametrize(("minutes", "signed_in"), [(4, True), (6, False)])
async def test_a_deployment_says_how_long_one_may_be_idle(
    serve: Any,
    settings: Any,
    minutes: int,
    signed_in: bool,  # noqa: FBT001 - a table's column
) -> None:
    async with serve(settings.model_copy(update={"session_idle_minutes": 5})) as served:
        officer = await served.officer("tianjin")
        with after(minutes=minutes):
            assert await is_signed_in(officer.client) is signed_in
