"""A server that is killed loses nothing: no event, no mail, no SMS, no card twice."""

import asyncio
import json
import shutil
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.actors import Officer, Unit, sign_in
from tests.client import Client
from tests.conftest import Template
from tests.process import ServerProcess


@pytest.fixture
def server(sqlite_template: Template, tmp_path: Path) -> Any:
    folder = Path(shutil.copytree(sqlite_template.folder, tmp_path / "data"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = ServerProcess(port, data_dir=folder)
    process.folder = folder
    process.start()
    yield process
    process.kill()


async def _officer(server: Any, http: httpx.AsyncClient) -> Officer:
    known = json.loads((server.folder / "demo-officers.json").read_text("utf-8"))
    client = Client(server.url, http)
    password = next(row["password"] for row in known if row["username"] == "tianjin")
    await sign_in(client, "tianjin", password)
    return Officer(client)


async def _sent(client: Client, unit: Unit) -> list[str]:
    """The subjects of the mails that went out, when all have."""
    async with asyncio.timeout(20):
        while True:
            rows = await client.outbox(unit.account["email"])
            if all(row["status"] == "DONE" for row in rows):
                return [row["subject"] for row in rows]
            await asyncio.sleep(0.1)


async def test_a_kill_after_the_submission_loses_no_event_mail_or_sms(server: Any) -> None:
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


async def test_a_kill_while_cards_are_made_makes_none_twice(server: Any) -> None:
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
