"""A database made before personal data were sealed: migrating seals what is there."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tortoise.migrations.api.migrate import migrate as apply_migrations

from models.account import Account
from models.application import Agent, Application, Operator, Verification
from models.card import Card
from models.code import SmsCode
from models.database import Opened, config, connect, connection, dialect, key_ring, migrate
from models.enterprise import Enterprise, OperatorAccount
from models.enums import RegisteredBy
from models.message import Message
from server.keyring import ring_of
from server.keys import keys_of
from server.settings import Settings
from tests.engines import ENGINES, Postgres
from tests.needles import database, found

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NUMBER, OTHER, PHONE = "220102198001010011", "220102198001010022", "13812345678"
MAIL, STREET, ADDRESS = "wang@example.com", "人民大街 9 号", "吉林省长春市人民大街 9 号"
PERSON = {"id_type": "RESIDENT_ID", "phone": PHONE, "email": MAIL}
QUEUED = {"status": "WAITING", "attempts": 0, "due_at": NOW, "created_at": NOW}
# fmt: off
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("enterprise", {"id": 1, "uscc": "91220101MA00000000", "organization_code": "MA0000000",
                    "name": "长春测试有限公司", "legal_name": "王芳",
                    "legal_id_type": "RESIDENT_ID", "legal_id_number": NUMBER,
                    "legal_id_valid_from": "20200101", "legal_id_valid_to": "20400101",
                    "legal_country": "CHN", "created_at": NOW}),
    ("account", {"id": 1, "username": "unit1", "password_hash": "x", "role": "ENTERPRISE_ADMIN",
                 "enterprise_id": 1, "id_number": NUMBER, "created_at": NOW, **PERSON}),
    ("operator_account", {"id": 1, "enterprise_id": 1, "username": "op1", "has_card": False,
                          "id_number": OTHER, "created_at": NOW, **PERSON}),
    ("application", {"id": 1, "kind": "NEW_CARDS", "status": "DRAFT", "version": 3,
                     "enterprise_id": 1, "street": STREET, "legal_phone": PHONE,
                     "legal_email": MAIL, "delivery_phone": PHONE, "delivery_address": ADDRESS,
                     "return_reasons": "[]", "created_at": NOW, "updated_at": NOW}),
    ("operator", {"id": 1, "application_id": 1, "account_id": 1, "status": "DRAFT",
                  "id_number": OTHER, **PERSON}),
    ("agent", {"id": 1, "application_id": 1, "source": "OTHER", "id_number": NUMBER, **PERSON}),
    ("card", {"id": 1, "number": "X-01", "application_id": 1, "enterprise_id": 1,
              "kind": "OPERATOR", "operator_id": 1, "holder_name": "王芳",
              "holder_id_type": "RESIDENT_ID",
              "holder_id_number": OTHER, "status": "ISSUED"}),
    ("message", {"id": 1, "key": "a", "channel": "sms", "recipient": PHONE, "subject": "",
                 "body": f"【Portcard】{PHONE}", "code": "123456",
                 "last_error": f"550 {MAIL}", **QUEUED}),
    ("sms_code", {"id": 1, "phone": PHONE, "purpose": "REGISTRATION", "subject": "",
                  "code_hash": "0" * 64, "attempts": 0, "created_at": NOW, "expires_at": NOW,
                  "resend_after": NOW}),
    ("verification", {"id": 1, "application_id": 1, "subject": "unit", "digest": "d" * 64,
                      "outcome": "MISMATCH", "code": "UNIT_MISMATCH", "checked_at": NOW}),
]
# fmt: on


@pytest.fixture(params=ENGINES)
def plain(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of a deployment without a database."""
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    postgres: Postgres = request.getfixturevalue("postgres")
    postgres.create("plain")
    return Settings(data_dir=tmp_path, database_url=postgres.url("plain"))


async def _as_it_was(settings: Settings) -> None:
    """The schema of 0001 with rows in it."""
    async with Opened(ring_of(settings, keys_of(settings))):
        told = config(settings.database)
        await apply_migrations(config=told, target="models.0001_initial")
        for table, row in ROWS:
            marks = [f"${n + 1}" if dialect() == "postgres" else "?" for n in range(len(row))]
            values = f"({', '.join(row)}) VALUES ({', '.join(marks)})"
            await connection().execute_query(f"INSERT INTO {table} {values}", [*row.values()])
        kept = await database(settings)
        assert set(found(kept, [NUMBER, OTHER, PHONE, MAIL, STREET, ADDRESS])) == {
            NUMBER, OTHER, PHONE, MAIL, STREET, ADDRESS,
        }  # fmt: skip


async def test_what_was_plain_is_sealed_and_nothing_is_lost(plain: Settings) -> None:
    await _as_it_was(plain)
    ring = ring_of(plain, keys_of(plain))
    await migrate(plain.database, ring)
    await migrate(plain.database, ring)  # again: nothing to do
    context = await connect(plain.database, ring)
    try:
        await _all_is_there()
        assert found(await database(plain), [NUMBER, OTHER, PHONE, MAIL, STREET, ADDRESS]) == []
    finally:
        await context.close_connections()


async def _all_is_there() -> None:
    unit, account = await Enterprise.get(id=1), await Account.get(id=1)
    assert (unit.legal_id_number, account.id_number, account.phone) == (NUMBER, NUMBER, PHONE)
    assert (unit.registered_by, unit.licence_number) == (RegisteredBy.FORM, None)
    here = await Application.get(id=1)
    assert (here.street, here.legal_phone, here.legal_email) == (STREET, PHONE, MAIL)
    assert (here.delivery_phone, here.delivery_address, here.version) == (PHONE, ADDRESS, 3)
    assert (await Operator.get(id=1)).person.id_number == OTHER
    assert (await Agent.get(id=1)).email == MAIL
    assert (await OperatorAccount.get(id_number_hash=OTHER)).id == 1
    assert (await Card.get(holder_id_number_hash=OTHER)).holder_id_number == OTHER
    told = await Message.get(id=1)
    assert (told.recipient, told.code, told.last_error) == (PHONE, "123456", f"550 {MAIL}")
    assert told.body == f"【Portcard】{PHONE}"
    assert not await SmsCode.exists()  # those under way are asked for again
    digest = key_ring().keyed_hash("verification.digest", "d" * 64)
    assert (await Verification.get(id=1)).digest == digest
