"""Cards without the story that leads to them, and their holders' side: the agent's own code."""

import asyncio
import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import card as agents_card
import challenge as agents_challenge
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hardware.authority import random_serial
from hardware.module import find_softhsm
from models.account import Account
from models.application import Application
from models.card import Card, Issuance
from models.clock import now
from models.enums import (
    ApplicationKind,
    ApplicationStatus,
    CardKind,
    CardStatus,
    IdType,
    MediaType,
    Role,
)
from tests.actors import CONSENTS, Unit
from tests.client import Client


async def make_card(
    served: Any,
    unit: Unit,
    kind: CardKind = CardKind.LEGAL,
    status: ApplicationStatus = ApplicationStatus.COMPLETED,
) -> Card:
    """A card of the unit, really made by the server's worker, of an application in that status."""
    account = await Account.get(username=unit.account["username"])
    application = await Application.create(
        kind=ApplicationKind.NEW_CARDS, enterprise_id=account.enterprise_id, status=status
    )
    row = await Card.create(
        number=f"XB20260101{application.id:08d}-01",
        application=application,
        enterprise_id=account.enterprise_id,
        kind=kind,
        holder_name="张三",
        holder_id_type=IdType.PASSPORT,
        holder_id_number="E12345678",
        media_type=MediaType.USB_KEY,
        status=CardStatus.PRODUCING,
    )
    await Issuance.create(
        card=row,
        serial=f"{random_serial():032X}",
        not_before=now().replace(microsecond=0),
        actor_role=Role.RA_OFFICER,
        actor_name="tianjin",
    )
    served.engine.issuing.wake()
    async with asyncio.timeout(30):
        while row.status is not CardStatus.ISSUED:
            await asyncio.sleep(0.05)
            await row.refresh_from_db()
    return row


class Holder:
    """Whoever has the card in this machine and knows its PIN."""

    def __init__(self, module: str, token: str, pin: str) -> None:
        self.card = agents_card.Card(Path(module), token, None)
        self.pin = pin
        self.certificate = self.card.certificate()

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def sign(self, data: bytes) -> str:
        return base64.b64encode(self.card.sign(data, self.certificate, self.pin)).decode()

    def answer(self, challenge: dict[str, Any], **changes: str) -> dict[str, Any]:
        """The answer to a challenge, under fields that are changed first."""
        data = _changed(to_sign(challenge, self.certificate), changes)
        return answer(challenge, self.pem, self.sign(data))


def answer(challenge: dict[str, Any], pem: str, signature: str) -> dict[str, Any]:
    told = {"challengeId": challenge["id"], "consents": CONSENTS}
    return {**told, "certificate": pem, "signature": signature}


def _changed(data: bytes, changes: dict[str, str]) -> bytes:
    fields = json.loads(data.removeprefix(agents_challenge.PREFIX))
    return agents_challenge.PREFIX + agents_challenge.canonical({**fields, **changes}).encode()


def to_sign(challenge: dict[str, Any], certificate: x509.Certificate) -> bytes:
    """What an honest agent would sign with that certificate."""
    audience = json.loads(challenge["payload"])["audience"]
    asked = agents_challenge.read(challenge["payload"], audience, datetime.now(UTC))
    return asked.to_sign(certificate.public_bytes(Encoding.DER), audience)


async def ask(client: Client) -> dict[str, Any]:
    payload = await client.ask("CardChallenge")
    assert payload["errors"] == []
    challenge: dict[str, Any] = payload["challenge"]
    return challenge


async def holder_of(served: Any, card: Card, patch: pytest.MonkeyPatch) -> Holder:
    """The card in this machine, while the server's worker has its module too."""
    folder = served.engine.settings.data_dir.resolve()
    patch.setenv("SOFTHSM2_CONF", str(folder / "tokens" / "softhsm2.conf"))
    pin = (await served.http.get(f"{served.url}/dev/card-pin/{card.number}")).text
    return Holder(str(find_softhsm()), card.number, pin)


async def codes_of(client: Client, told: dict[str, Any]) -> list[str]:
    return await client.codes("CardLogin", **told)


async def sign_in_by(client: Client, holder: Holder) -> None:
    payload = await client.do("CardLogin", **holder.answer(await ask(client)))
    client.token = payload["session"]["token"]
