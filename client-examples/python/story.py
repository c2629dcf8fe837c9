"""The story: from registration to finished cards, both sides live."""

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import screen
from api import Desk, Unreachable
from by_card import sign_in_and_revoke
from chain import verdicts
from unit import Unit, sign_in
from watch import Watcher

MAKER = "天津制卡中心"
WHO, COLOUR = "RA", screen.RA
FIRST = "p0"  # the cursor before everything
BEFORE = ["SUBMITTED", "ACCEPTED", "RETURNED", "SUBMITTED", "ACCEPTED", "APPROVED"]
MAKING = [
    "MEDIA_REGISTERED",
    "PRODUCTION_STARTED",
    "CARD_ISSUED",
    "CARD_ISSUED",
    "CARD_ISSUED",
    "COMPLETED",
]


class Unverified(Exception):  # noqa: N818 - what openssl found
    """A certificate does not verify."""


def officer_of(file: Path, institution: str) -> dict[str, str]:
    """The demo officer of that institution, from the file that a development server writes."""
    try:
        officers: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Unreachable(
            f"no demo officers in {file}: is this the server's data folder?"
        ) from error
    for officer in officers:
        if officer["institution"] == institution:
            return officer
    raise Unreachable(f"no demo officer of {institution} in {file}")


async def play(server: str, officers: Path) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        unit, desk = Unit(Desk(server, http)), Desk(server, http)
        await desk.get("/healthz")
        officer = officer_of(officers, MAKER)
        screen.title("电子口岸卡：从注册到领卡，全程实时", server)
        await sign_in(desk, officer["username"], officer["password"])
        await unit.register()
        mine = Watcher(unit.desk, "EnterpriseEvents", "单位", screen.UNIT, FIRST)
        desk_events = Watcher(desk, "IncomingApplications", "RA", COLOUR)
        async with _watching(mine, desk_events):
            await _apply(unit, desk, mine, desk_events)
            await _make(unit, desk, mine)
            mine.check(unit.id, ["STARTED", *BEFORE, *MAKING])
            await desk_events.until("COMPLETED", unit.id)
            desk_events.check(unit.id, [*BEFORE, *MAKING])
        detail = await _show(unit, desk)
        await sign_in_and_revoke(unit.desk, detail["cards"], officers.parent)
        screen.console.print(detail["status"], style="bold green")


@asynccontextmanager
async def _watching(*watchers: Watcher):  # noqa: ANN202
    for watcher in watchers:
        await watcher.begin()
    try:
        yield
    finally:
        for watcher in watchers:
            await watcher.drop()


def _say(text: str) -> None:
    screen.act(WHO, COLOUR, text)


async def _apply(unit: Unit, desk: Desk, mine: Watcher, incoming: Watcher) -> None:
    await unit.start()
    await unit.fill()
    await unit.submit()
    await incoming.until("SUBMITTED", unit.id)
    _say("受理，发现问题，退单")
    await desk.do("Accept", applicationId=unit.id)
    await desk.do("Return", applicationId=unit.id, reasons=_reasons(unit))
    returned = await mine.until("RETURNED", unit.id)
    _expect_reasons(returned, 2)
    await unit.mend()
    await mine.drop()
    unit.say("（断线……）")
    await unit.submit()
    await incoming.until("SUBMITTED", unit.id, times=2)
    _say("再次受理，审核通过，需提供介质")
    await desk.do("Accept", applicationId=unit.id)
    await desk.do("Approve", applicationId=unit.id, mediaSupply="ENTERPRISE")
    unit.say("（重新连接，从断点继续）")
    await mine.begin()
    await mine.until("APPROVED", unit.id)


def _reasons(unit: Unit) -> list[dict[str, Any]]:
    licence = {"category": "MATERIALS", "code": "SEAL_MISSING"}
    name = {"category": "MISMATCH", "code": "PERSON_NAME", "note": "请核对身份证上的姓名"}
    return [
        {**licence, "path": ["attachments", "BUSINESS_LICENCE"]},
        {**name, "path": ["operators", unit.clerk, "name"]},
    ]


def _expect_reasons(event: dict[str, Any], count: int) -> None:
    if len(event["returnReasons"]) != count:
        raise Unverified(f"{len(event['returnReasons'])} reasons came instead of {count}")


async def _make(unit: Unit, desk: Desk, mine: Watcher) -> None:
    cards = (await desk.ask("Detail", id=unit.id))["cards"]
    number = (await desk.ask("Detail", id=unit.id))["number"]
    media = [
        {
            "cardId": card["id"],
            "mediaType": card["mediaType"],
            "serialNumber": f"{number[2:]}-{i:02d}",
        }
        for i, card in enumerate(cards, start=1)
    ]
    await desk.do("RegisterMedia", applicationId=unit.id, media=media)
    await desk.do("Produce", applicationId=unit.id)
    _say(f"登记介质 {len(media)} 件，开始制卡")
    async with desk.watching("IssuanceProgress", id=unit.id) as changes:
        await desk.do("Issue", applicationId=unit.id)
        async with asyncio.timeout(120):
            async for change in changes:
                screen.progress(
                    change["done"], change["total"], (change["card"] or {}).get("holderName")
                )
                if change["done"] == change["total"]:
                    break
    await desk.do("Complete", applicationId=unit.id)
    await mine.until("COMPLETED", unit.id)


async def _show(unit: Unit, desk: Desk) -> dict[str, Any]:
    detail = await unit.desk.ask("Detail", id=unit.id)
    screen.cards(detail["cards"])
    legal = detail["cards"][0]["certificate"]
    screen.console.print(legal["subject"], style="bold")
    screen.console.print(legal["pem"].strip(), style="dim")
    chain = (await desk.get("/pki/ca.pem")).text
    told = await asyncio.to_thread(verdicts, chain, detail["cards"])
    for card, (good, verdict) in zip(detail["cards"], told, strict=True):
        screen.console.print(
            f"{card['holderName']}: openssl verify -x509_strict: {verdict}",
            style="green" if good else "red",
        )
        if not good:
            raise Unverified(verdict)
    mails = [
        m
        for m in (await desk.get("/dev/outbox")).json()
        if m["to"] == unit.company.administrator["email"]
    ]
    screen.console.print(
        f"邮件 {len(mails)} 封：" + "；".join(m["subject"] for m in mails), style="dim"
    )
    screen.console.print(f"备注：{detail['remarks']}", style="dim")
    return detail
