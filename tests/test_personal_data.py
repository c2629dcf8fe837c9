"""A whole story with known people: none of their numbers, phones or addresses is anywhere that
others look: database, log, outbox, events, certificates, addresses of requests.
"""

import asyncio
import logging
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from models.database import connection
from models.enterprise import OperatorAccount
from models.institution import Institution
from models.message import Message
from server.settings import Settings
from tests.actors import Unit
from tests.client import Watch
from tests.conftest import Served
from tests.identities import person
from tests.needles import database, folder, forms, found

ADDRESS = "吉林省长春市南关区亚泰大街 7 号 402 室"
CALLED = "0431-84601234"
LIVE = """subscription { %s { type toStatus actor { name } application { number remarks
    legalCard { name idNumber phone email } operators { idNumber phone email }
    agent { idNumber phone email } delivery { contact phone address } } } }"""


class Lines(logging.Handler):
    """Everything that any logger says."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[Lines]:
    root, handler = logging.getLogger(), Lines()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
async def addresses(served: Served) -> list[str]:
    """Every address that is asked for."""
    told: list[str] = []

    async def note(request: httpx.Request) -> None:
        told.append(str(request.url))

    served.http.event_hooks["request"].append(note)
    return told


async def _filled(unit: Unit) -> list[str]:
    """Every step, with people of every kind. Answers what must not be found."""
    agent, colleague = person(), person()
    told = {**colleague, "username": f"colleague-{unit.account['username']}"}
    made = await unit.client.do("CreateOperatorAccount", **told)
    await unit.fill(region="220102", maker="长春制卡中心", scope="WITHIN_PROVINCE")
    account = made["operatorAccount"]["id"]
    await unit.edit("AddExistingOperators", operatorAccountIds=[account])
    operators = (await unit.detail())["operators"]
    await unit.upload("OPERATOR_ID", operators[-1]["id"])
    await unit.edit("SaveAgent", source="OTHER", **agent)
    await unit.upload("AGENT_ID")
    where = {"contact": "王芳", "phone": CALLED, "address": ADDRESS}
    await unit.edit("SaveDelivery", method="MAIL", **where)
    people = (agent, colleague, unit.account)
    return [
        *(row[name] for row in people for name in ("idNumber", "phone", "email")),
        unit.unit["idNumber"],
        *(await _operator(unit)),
        "legal@example.com",
        "建国路 1 号",
        CALLED,
        ADDRESS,
    ]


async def _operator(unit: Unit) -> list[str]:
    asked = "query($id: ID!) { application(id: $id) { operators { idNumber phone email } } }"
    rows = (await unit.client.query(asked, id=unit.id))["application"]["operators"]
    return list(rows[0].values())


async def _submit(unit: Unit, phone: str) -> None:
    await unit.client.do("SendSubmissionCode", applicationId=unit.id)
    code = await unit.client.code_sent_to(phone)
    await unit.edit("Submit", declarationAccepted=True, smsCode=code)


async def _cards(served: Served, unit: Unit) -> list[dict[str, Any]]:
    """Returned once, mended, approved, made and sent."""
    officer = await served.officer("changchun")
    await officer.act("Accept", unit)
    reason = {"category": "MATERIALS", "code": "SEAL_MISSING", "path": ["unit"]}
    await officer.act("Return", unit, reasons=[reason])
    await unit.refresh()
    phone = (await unit.detail())["agent"]["phone"]
    await _submit(unit, phone)
    await officer.act("Accept", unit)
    await officer.act("Approve", unit, mediaSupply="FREE")
    await officer.register_all_media(unit)
    await officer.act("Produce", unit)
    async with officer.client.socket() as socket:
        progress = await socket.watch("IssuanceProgress", id=unit.id)
        await officer.act("Issue", unit)
        while (await progress.message())["type"] != "complete":
            pass
    await officer.act("Complete", unit, carrier="顺丰", trackingNumber="SF1")
    return list(await officer.cards(unit))


def _der(cards: list[dict[str, Any]]) -> bytes:
    pems = [card["certificate"]["pem"].encode() for card in cards]
    return b"".join(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER) for pem in pems)


async def _all(watch: Watch) -> list[str]:
    """The events as they were sent, to the last."""
    told = [str(await watch.message())]
    while "COMPLETED" not in told[-1]:
        told.append(str(await watch.message()))
    return told


async def test_a_story_leaves_no_personal_data_where_others_look(
    served: Served, settings: Settings, lines: Lines, addresses: list[str]
) -> None:
    unit, platform = await served.unit(), await served.officer("platform")
    async with platform.client.socket() as outside, unit.client.socket() as own:
        mine = await own.watch("EnterpriseEvents")
        await unit.start()
        secrets = await _filled(unit)
        phone = (await unit.detail())["agent"]["phone"]
        await _submit(unit, phone)
        theirs = await outside.subscribe(
            LIVE.replace("%s", f'applicationEvents(applicationId: "{unit.id}", after: null)')
        )
        await asyncio.sleep(0.2)  # until the server has it
        cards = await _cards(served, unit)
        told = [*await _all(theirs), *await _all(mine)]
    assert len(secrets) == len(set(secrets)) == 17
    assert len(told) >= 23
    assert "***" in told[0]  # the masks were asked for, and came
    assert found("".join(told).encode(), secrets) == []
    assert found(_der(cards), secrets) == []
    assert len(cards) == 3
    assert found("\n".join(addresses).encode(), secrets) == []
    assert found(folder(settings.data_dir), secrets) == []
    assert found(await database(settings), secrets) == []
    assert found("\n".join(lines.lines).encode(), secrets) == []
    assert any("POST /graphql" in line for line in lines.lines)
    outbox = await unit.client.outbox()
    assert {secret for secret in secrets if found(str(outbox).encode(), [secret])} == {
        phone,
        unit.account["phone"],
        unit.account["email"],
    }  # fmt: skip - development shows it in clear, from rows that do not


async def test_what_is_planted_is_found(served: Served, settings: Settings, lines: Lines) -> None:
    assert found(await database(settings), [CALLED]) == []
    await Institution.filter(code="120000C1").update(address=f"x {CALLED} y")
    assert found(await database(settings), [CALLED, ADDRESS]) == [CALLED]
    logging.getLogger("resolvers").warning("told %s", ADDRESS)
    assert found("\n".join(lines.lines).encode(), [CALLED, ADDRESS]) == [ADDRESS]


@pytest.mark.parametrize("value", ["13812345678", "22010219800101001X", "a.b@example.com", ADDRESS])
def test_what_is_disguised_is_found(value: str) -> None:
    words = [b64encode(f"{lead}{value} and more".encode()) for lead in ("", "a", "ab", "abc")]
    for form in (*forms(value), *words, value.encode().hex().encode()):
        assert found(b"before " + form + b" after", [value, "13987654321"]) == [value]
    assert found(b"before after", [value]) == []


async def test_the_outbox_keeps_sealed_what_the_adapters_read(served: Served) -> None:
    unit = await served.unit()
    row = await Message.all().order_by("-id").first()
    assert row is not None
    assert row.recipient == unit.account["phone"]
    assert row.code in row.body
    asked = "SELECT recipient, body, code, last_error FROM message"
    for cells in (await connection().execute_query(asked))[1]:
        assert all(cell.startswith("v1.") for cell in dict(cells).values())


async def test_a_person_who_is_entered_many_times_at_once_is_one(served: Served) -> None:
    unit, someone = await served.unit(), person()
    told = await asyncio.gather(
        *(
            unit.client.codes("CreateOperatorAccount", **someone, username=f"{n}-{unit.id}x")
            for n in range(1000, 1012)
        )
    )
    assert sorted(told) == [[], *[["idNumber:OPERATOR_DUPLICATE"]] * 11]
    assert await OperatorAccount.filter(id_number_hash=someone["idNumber"]).count() == 1
