"""A server that is killed loses nothing: no event, no mail, no SMS, no card twice."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest

from server.settings import Settings
from tests.actors import Officer, Unit, sign_in
from tests.client import Client
from tests.process import ServerProcess, free_port, server_process, told


@pytest.fixture
def server(settings: Settings) -> Iterator[ServerProcess]:
    with server_process(free_port(), **told(settings)) as process:
        yield process


async def _officer(server: ServerProcess, http: httpx.AsyncClient) -> Officer:
    known = json.loads((server.data_dir / "demo-officers.json").read_text("utf-8"))
    client = Client(server.url, http)
    password = next(row["password"] for row in known if row["username"] == "tianjin")
    await sign_in(client, "tianjin", password)
    return Officer(client)


async def _sent(client: Client, unit: Unit) -> list[str]:
    """The subjects of the mails that went out, when all have."""
    async with asyncio.timeout(60):
        while True:
            rows = await client.outbox(unit.account["email"])
            if all(row["status"] == "DONE" for row in rows):
                return [row["subject"] for row in rows]
            await asyncio.sleep(0.1)


async def test_a_kill_after_the_submission_loses_no_event_mail_or_sms(
    server: ServerProcess,
) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(server.url, http)
        unit = await Unit(client).register()
        await unit.start()
        await unit.fill()
        async with client.socket() as socket_:
            watch = await socket_.watch("EnterpriseEvents", after="p0")
            seen = [await watch.next()]
            await unit.submit()
            server.kill()
        server.start()
        officer = await _officer(server, http)
        await officer.act("Accept", unit)
        async with client.socket() as socket_:
            watch = await socket_.watch("EnterpriseEvents", after=seen[-1]["cursor"])
            seen += [await watch.next() for _ in range(2)]
            assert await watch.is_quiet()
        assert [event["type"] for event in seen] == ["STARTED", "SUBMITTED", "ACCEPTED"]
        number = seen[-1]["application"]["number"]
        assert await _sent(client, unit) == [f"申请单 {number} 已提交"]
        texts = [
            row for row in await client.outbox(unit.account["phone"]) if "已提交" in row["body"]
        ]
        assert len(texts) == 1


async def test_a_kill_while_cards_are_made_makes_none_twice(server: ServerProcess) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(server.url, http)
        unit = await Unit(client).register()
        await (await unit.start()).fill(operators=3)
        await unit.submit()
        officer = await _officer(server, http)
        await officer.act("Accept", unit)
        await officer.act("Approve", unit, mediaSupply="FREE")
        await officer.act("Produce", unit)
        async with officer.client.socket() as socket_:
            progress = await socket_.watch("IssuanceProgress", id=unit.id)
            await progress.next()
            await officer.act("Issue", unit)
            await progress.next()
            server.kill()
        server.start()
        await officer.act("Issue", unit)
        await _all_made(officer, unit)
        cards = await officer.cards(unit)
        serials = {card["certificate"]["serialNumber"] for card in cards}
        assert len(serials) == len(cards) == 4
        types = [node["type"] for node in (await unit.detail())["timeline"]["nodes"]]
        assert types.count("CARD_ISSUED") == 4


async def _all_made(officer: Officer, unit: Unit) -> None:
    async with officer.client.socket() as socket_:
        progress = await socket_.watch("IssuanceProgress", id=unit.id)
        told = await progress.next(90)
        while told["done"] < told["total"]:
            told = await progress.next(90)
