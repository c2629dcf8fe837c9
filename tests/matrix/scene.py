"""Two units, what the first applies for, and all who may come to look at it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from models.application import Application
from models.card import Card, Issuance
from models.claim import Claim
from models.clock import now
from models.enums import CardKind, VerificationOutcome
from models.public_id import Kind, row_id
from tests.accounts import done
from tests.actors import Officer, Unit, sign_in
from tests.cards import holder_of, sign_in_by
from tests.client import Client
from tests.colleagues import claim
from tests.conftest import Served
from tests.identities import person

OFFICERS = {
    "issuer": "guangzhou",
    "maker": "panyu",
    "centre": "beijing",
    "stranger": "tianjin",
    "platform": "platform",
}
"""Who they are to the first unit's application; Tianjin has only the second's."""
VIEWERS = ("owner", "password", "visitor", "other", *OFFICERS)
"""`owner`: the unit, by its card once it has one; `password`: the unit by its password."""
FIRST_STATE = "SUBMITTED"
REASON = {"category": "OTHER", "code": "OTHER", "path": [], "note": "请补充材料"}
WARNINGS = ["PERSON_MISMATCH"]


@dataclass
class Viewer:
    """Somebody who looks, and how they sign in again."""

    client: Client
    renew: Callable[[], Awaitable[None]]
    password: str = "x"


@dataclass
class Scene:
    """What is looked at, by whom."""

    served: Served
    unit: Unit
    viewers: dict[str, Viewer]
    ids: dict[str, Any]
    patch: pytest.MonkeyPatch

    async def states(self) -> AsyncIterator[str]:
        """The application goes its way; stops at each state of the matrix."""
        await self.claim()
        yield FIRST_STATE
        await self._officer("issuer").act("Return", self.unit, reasons=[REASON])
        await self.unit.refresh()
        yield "RETURNED"
        await self._submit()
        await self.unit.edit("Withdraw")
        yield "DRAFT"
        await self._submit()
        await self._make()
        yield "COMPLETED"

    async def claim(self) -> None:
        """The issuer's officer works on it, for as long as everybody takes to look."""
        await claim(self._officer("issuer"), self.unit)
        await Claim.all().update(expires_at=now() + timedelta(minutes=10))

    async def _submit(self) -> None:
        """By a new code, or by the one that the matrix has just asked for as the unit."""
        await self.unit.refresh()
        await self.unit.client.attempt("SendSubmissionCode", applicationId=self.unit.id)
        code = await self.unit.client.code_sent_to(self.unit.account["phone"])
        told = {"smsCode": code, "declarationAccepted": True, "acknowledgedWarnings": WARNINGS}
        await self.unit.edit("Submit", **told)

    def _officer(self, who: str) -> Officer:
        return Officer(self.viewers[who].client)

    async def _make(self) -> None:
        issuer, maker = self._officer("issuer"), self._officer("maker")
        await issuer.act("Accept", self.unit)
        await issuer.act("Approve", self.unit, mediaSupply="ENTERPRISE")
        await issuer.register_all_media(self.unit)
        for name in ("Produce", "Issue"):
            await maker.act(name, self.unit)
        await self._made(maker)
        carried = {"carrier": "顺丰", "trackingNumber": "SF1"}
        await maker.act("Complete", self.unit, **carried)
        over = {"applicationId": self.unit.id, "handedOverAt": now().isoformat()}
        await done(maker.client, "recordDelivery", **over)
        await _leave_trouble()
        await self._take_card()

    async def _made(self, maker: Officer) -> None:
        """Each card is told of, and the last one ends it."""
        async with asyncio.timeout(60), maker.client.socket() as socket:
            progress = await socket.watch("IssuanceProgress", id=self.unit.id)
            while (await progress.message(60))["type"] != "complete":
                pass

    async def _take_card(self) -> None:
        """From now on the unit has its legal card in hand."""
        card = await Card.get(
            application_id=row_id(Kind.APPLICATION, self.unit.id), kind=CardKind.LEGAL
        )
        holder = await holder_of(self.served, card, self.patch)
        owner = self.viewers["owner"]

        async def renew() -> None:
            owner.client.token = None
            await sign_in_by(owner.client, holder)

        owner.renew = renew
        await renew()


async def _leave_trouble() -> None:
    """As the worker leaves it that tries again: what it says then is an officer's to see."""
    job = await Issuance.all().order_by("id").first()
    assert job is not None
    await Issuance.filter(id=job.id).update(last_error="MODULE_TIMEOUT: it did not answer")


async def build(served: Served, patch: pytest.MonkeyPatch) -> Scene:
    unit = await _first(served)
    viewers = {
        "owner": Viewer(unit.client, _renewal(unit.client, unit), unit.account["password"]),
        "password": await _by_password(served, unit),
        "visitor": Viewer(served.visitor(), _nothing),
        "other": await _second(served),
        **{who: await _officer(served, name) for who, name in OFFICERS.items()},
    }
    return Scene(served, unit, viewers, await _ids(unit), patch)


async def _first(served: Served) -> Unit:
    unit = await (await served.unit()).start()
    await done(unit.client, "createOperatorAccount", username=f"op-{unit.id}", **person())
    await unit.fill(region="110105", maker="番禺海关制卡点")
    told = {**person(), "source": "OTHER"}
    served.verifier.doubt(told["name"], VerificationOutcome.MISMATCH)
    await unit.edit("SaveAgent", **told)
    await unit.upload("AGENT_ID")
    await _leave_address(unit)
    unit.account = {**unit.account, "phone": told["phone"]}  # who gets the code
    await unit.submit(acknowledgedWarnings=WARNINGS)
    return unit


async def _leave_address(unit: Unit) -> None:
    """As of a maker that mails: this one, which is not its issuer, does not."""
    row = await Application.get(id=row_id(Kind.APPLICATION, unit.id))
    row.delivery_address = "吉林省长春市人民大街 1 号"
    await row.save(update_fields=["delivery_address"])


async def _second(served: Served) -> Viewer:
    unit = await (await served.unit()).start()
    await unit.fill()
    await unit.submit()
    return Viewer(unit.client, _renewal(unit.client, unit), unit.account["password"])


async def _by_password(served: Served, unit: Unit) -> Viewer:
    client = served.visitor()
    viewer = Viewer(client, _renewal(client, unit), unit.account["password"])
    await viewer.renew()
    return viewer


async def _officer(served: Served, name: str) -> Viewer:
    client, password = (await served.officer(name)).client, served.password(name)

    async def renew() -> None:
        await sign_in(client, name, password)

    return Viewer(client, renew, password)


def _renewal(client: Client, unit: Unit) -> Callable[[], Awaitable[None]]:
    async def renew() -> None:
        await sign_in(client, unit.account["username"], unit.account["password"])

    return renew


async def _nothing() -> None:
    """A visitor has no session."""


ASKED = """query($id: ID!) { application(id: $id) { operators { id } attachments { id }
    enterprise { operatorAccounts { id } } } }"""


async def _ids(unit: Unit) -> dict[str, Any]:
    """Of the first unit's things, as a mutation's input names them."""
    inside = (await unit.client.query(ASKED, id=unit.id))["application"]
    return {
        "applicationId": unit.id,
        "operatorId": inside["operators"][0]["id"],
        "attachmentId": inside["attachments"][0]["id"],
        "operatorAccountIds": [inside["enterprise"]["operatorAccounts"][0]["id"]],
    }
