"""The whole story, as the outside sees it, on each engine."""

import asyncio
import subprocess
from pathlib import Path

from tests.actors import Unit
from tests.conftest import Served

EVENTS = [
    "STARTED",
    "SUBMITTED",
    "ACCEPTED",
    "RETURNED",
    "SUBMITTED",
    "ACCEPTED",
    "APPROVED",
    "MEDIA_REGISTERED",
    "PRODUCTION_STARTED",
    "CARD_ISSUED",
    "CARD_ISSUED",
    "COMPLETED",
]
REASON = {
    "category": "MATERIALS",
    "code": "SEAL_MISSING",
    "path": ["attachments", "BUSINESS_LICENCE"],
}


async def test_a_unit_gets_its_cards_and_everyone_watches_it_live(
    served: Served, tmp_path: Path
) -> None:
    unit, officer = await served.unit(), await served.officer("tianjin")
    async with unit.client.socket() as desk, officer.client.socket() as dashboard:
        mine = await desk.watch("EnterpriseEvents")
        incoming = await dashboard.watch("IncomingApplications")
        await asyncio.sleep(0.2)  # until the server has both subscriptions
        await unit.start()
        await unit.fill()
        await unit.submit()
        await officer.act("Accept", unit)
        await officer.act("Return", unit, reasons=[REASON])
        assert await mine.types(3) == EVENTS[:3]
        returned = await mine.next()
        assert returned["returnReasons"][0]["message"] == "缺公章"
        assert returned["returnReasons"][0]["path"] == REASON["path"]
        await unit.refresh()
        await unit.upload("BUSINESS_LICENCE")
        await unit.submit()
        await officer.act("Accept", unit)
        await officer.act("Approve", unit, mediaSupply="ENTERPRISE")
        await officer.register_all_media(unit)
        await officer.act("Produce", unit)
        progress = await dashboard.watch("IssuanceProgress", id=unit.id)
        assert (await progress.next())["done"] == 0
        await officer.act("Issue", unit)
        assert [(await progress.next())["done"] for _ in range(2)] == [1, 2]
        assert (await progress.message())["type"] == "complete"
        await officer.act("Complete", unit)
        assert await mine.types(8) == EVENTS[4:]
        assert await incoming.types(11) == EVENTS[1:]
    detail = await unit.detail()
    assert detail["status"] == "COMPLETED"
    chain = await served.http.get(f"{served.url}/pki/ca.pem")
    _verify_by_openssl(chain.text, detail["cards"], tmp_path)
    await _is_now_a_unit_with_card(unit)


def _verify_by_openssl(chain: str, cards: list[dict], folder: Path) -> None:
    issuing, root = [
        f"{part}-----END CERTIFICATE-----\n"
        for part in chain.split("-----END CERTIFICATE-----\n")[:2]
    ]
    (folder / "root.pem").write_text(root)
    (folder / "issuing.pem").write_text(issuing)
    assert len(cards) == 2
    for card in cards:
        (folder / "card.pem").write_text(card["certificate"]["pem"])
        verdict = subprocess.run(
            ["openssl", "verify", "-x509_strict", "-CAfile", folder / "root.pem",
             "-untrusted", folder / "issuing.pem", folder / "card.pem"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert verdict.returncode == 0, verdict.stderr


async def _is_now_a_unit_with_card(unit: Unit) -> None:
    viewer = await unit.client.ask("Viewer")
    assert viewer["enterprise"]["hasLegalCard"] is True
    assert viewer["mayStart"][0]["allowed"] is False
    assert await unit.client.codes("Start", kind="NEW_CARDS") == ["kind:HAS_LEGAL_CARD"]
