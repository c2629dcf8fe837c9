"""Addresses of papers: of one session, one paper and a short time, and asked again when opened."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import time_machine

from models.account import Session
from models.application import Attachment
from models.clock import now
from models.public_id import Kind, row_id
from resolvers.addresses import Grant
from tests.actors import Officer, Unit, sign_in
from tests.client import PNG, Client
from tests.conftest import Served
from tests.trail import trail


async def _submitted(served: Served) -> Unit:
    unit = await (await served.unit()).start()
    await unit.fill(operators=0)
    await unit.submit()
    return unit


async def _urls(client: Client, unit: Unit) -> dict[str, str | None]:
    papers = (await client.ask("ApplicationDetail", id=unit.id))["attachments"]
    return {paper["kind"]: paper["url"] for paper in papers}


async def _status(served: Served, url: Any) -> int:
    return (await served.http.get(served.url + url)).status_code


async def _session_of(username: str) -> Session:
    found = await Session.filter(account__username=username).order_by("-id").first()
    assert found is not None
    return found


async def test_an_address_ends_with_the_session_that_it_was_made_for(served: Served) -> None:
    unit = await _submitted(served)
    first = (await _urls(unit.client, unit))["LEGAL_PERSON_ID"]
    again = served.visitor()
    await sign_in(again, unit.account["username"], unit.account["password"])
    second = (await _urls(again, unit))["LEGAL_PERSON_ID"]
    await unit.client.ask("Logout")
    assert await _status(served, first) == 404
    assert await _status(served, second) == 200


async def test_an_upload_ends_with_the_session_that_prepared_it(served: Served) -> None:
    unit = await (await served.unit()).start()
    prepared = await unit.prepare("BUSINESS_LICENCE", len(PNG))
    await unit.client.ask("Logout")
    response = await unit.put(prepared["upload"], PNG)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (410, "UPLOAD_EXPIRED")


async def test_a_withdrawal_ends_the_officers_addresses_and_not_the_units(served: Served) -> None:
    unit = await _submitted(served)
    officer = await served.officer("tianjin")
    own, theirs = [await _urls(client, unit) for client in (unit.client, officer.client)]
    assert await _status(served, theirs["BUSINESS_LICENCE"]) == 200
    await unit.refresh()
    await unit.edit("Withdraw")
    assert await _status(served, theirs["BUSINESS_LICENCE"]) == 404
    assert await _status(served, own["BUSINESS_LICENCE"]) == 200


async def test_addresses_are_of_no_use_to_sessions_that_may_not_see_the_paper(
    served: Served,
) -> None:
    await _submitted(served)
    addresses = served.engine.office.addresses
    told = {}
    for name in ("tianjin", "beijing", "guangzhou", "platform"):
        await served.officer(name)
        session = await _session_of(name)
        for paper in await Attachment.all():
            url = addresses.download(Grant(paper.id, session.id), now() + timedelta(minutes=5))
            told[name, str(paper.kind)] = await _status(served, url)
    assert {seen for seen, status in told.items() if status == 200} == {
        ("tianjin", "BUSINESS_LICENCE"), ("tianjin", "LEGAL_PERSON_ID"),
        ("beijing", "BUSINESS_LICENCE"), ("platform", "BUSINESS_LICENCE"),
    }  # fmt: skip


async def test_another_units_session_uploads_nothing(served: Served) -> None:
    unit, other = await (await served.unit()).start(), await served.unit()
    prepared = await unit.prepare("BUSINESS_LICENCE", len(PNG))
    paper = row_id(Kind.ATTACHMENT, prepared["attachment"]["id"])
    session = await _session_of(other.account["username"])
    until = now() + timedelta(minutes=5)
    url = served.engine.office.addresses.upload(Grant(paper or 0, session.id), until)
    assert (await served.http.put(served.url + url, content=PNG)).status_code == 410


async def test_an_address_is_good_for_five_minutes_and_not_to_be_changed(served: Served) -> None:
    unit = await _submitted(served)
    url = (await _urls(unit.client, unit))["BUSINESS_LICENCE"] or ""
    start, _, last = url.rpartition(".")
    assert await _status(served, url) == 200
    assert await _status(served, f"{start}.{last[::-1]}") == 404
    other = (await _urls(unit.client, unit))["LEGAL_PERSON_ID"] or ""
    assert await _status(served, other.rpartition(".")[0] + "." + last) == 404
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=4)):
        assert await _status(served, url) == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert await _status(served, url) == 404


async def test_an_address_tells_no_name(served: Served) -> None:
    unit = await _submitted(served)
    officer: Officer = await served.officer("tianjin")
    for client, name in ((unit.client, unit.account["username"]), (officer.client, "tianjin")):
        url = (await _urls(client, unit))["BUSINESS_LICENCE"] or ""
        assert name not in url


async def test_a_paper_is_shown_under_its_name_whatever_is_in_it(served: Served) -> None:
    unit = await (await served.unit()).start()
    name = "执照'; filename=x; 100%.png"
    prepared = await unit.prepare("BUSINESS_LICENCE", len(PNG), name)
    assert (await unit.put(prepared["upload"], PNG)).status_code == 204
    url = (await _urls(unit.client, unit))["BUSINESS_LICENCE"]
    headers = (await served.http.get(f"{served.url}{url}")).headers
    told, _, star = headers["content-disposition"].partition("; filename*=UTF-8''")
    assert told == 'inline; filename="paper.png"'
    assert unquote(star) == name
    assert not set(star) & set("'; =\"")
    assert headers["cache-control"] == "private, no-store"


async def test_an_upload_is_recorded_as_the_act_of_who_prepared_it(served: Served) -> None:
    unit = await (await served.unit()).start()
    await unit.upload("BUSINESS_LICENCE")
    rows = await trail(what="uploadAttachment")
    assert [row.username for row in rows] == [unit.account["username"]]
