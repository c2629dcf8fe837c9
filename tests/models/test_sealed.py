"""The columns of personal data, on each engine."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tortoise.exceptions import FieldError, IntegrityError, ValidationError

from models.application import Agent, Operator
from models.database import connect, key_ring
from models.enterprise import Enterprise, OperatorAccount
from models.enums import IdType
from models.keyring import CannotOpen, DataKeys, KeyRing
from models.message import Message
from models.sealed import Sealed
from server.keyring import ring_of
from server.keys import keys_of
from server.settings import Settings

NUMBER, PHONE = "220102198001010011", "13812345678"


@pytest.fixture
async def opened(settings: Settings) -> AsyncIterator[None]:
    context = await connect(settings.database, ring_of(settings, keys_of(settings)))
    yield
    await context.close_connections()


async def _unit() -> Enterprise:
    return await Enterprise.create(
        uscc="91220101MA00000000", organization_code="MA0000000", name="x", legal_name="x",
        legal_id_type=IdType.RESIDENT_ID, legal_id_number=NUMBER, legal_id_valid_from="20200101",
        legal_id_valid_to="20400101", legal_country="CHN",
    )  # fmt: skip


async def _person(unit: Enterprise, username: str = "one", **changes: Any) -> OperatorAccount:
    told = {"id_type": IdType.RESIDENT_ID, "id_number": NUMBER, "phone": PHONE, **changes}
    return await OperatorAccount.create(enterprise=unit, username=username, **told)


async def _cells(row: OperatorAccount) -> dict[str, Any]:
    (found,) = await OperatorAccount.filter(id=row.pk)
    told = {name: found.__dict__[name] for name in found._meta.db_fields}
    return {name: getattr(cell, "token", cell) for name, cell in told.items()}


@pytest.mark.usefixtures("opened")
async def test_a_row_shows_texts_and_keeps_none() -> None:
    made = await _person(await _unit())
    row = await OperatorAccount.get(id=made.id)
    assert (row.id_number, row.phone, row.email) == (NUMBER, PHONE, None)
    cells = await _cells(row)
    assert cells["email"] is None
    assert all(cells[name].startswith("v1.") for name in ("id_number", "phone"))
    assert NUMBER not in str(cells)
    await row.refresh_from_db()
    assert row.phone == PHONE


@pytest.mark.usefixtures("opened")
async def test_an_untouched_cell_stays_as_it_is_and_a_changed_one_is_sealed_anew() -> None:
    row = await OperatorAccount.get(id=(await _person(await _unit())).id)
    before = await _cells(row)
    row.phone, row.has_card = "13900000000", True
    await row.save()
    after = await _cells(row)
    assert after["id_number"] == before["id_number"]
    assert after["phone"] != before["phone"]
    row = await OperatorAccount.get(id=row.id)
    assert (row.id_number, row.phone) == (NUMBER, "13900000000")


@pytest.mark.usefixtures("opened")
async def test_a_cell_is_found_by_its_hash_and_not_by_its_text() -> None:
    row = await _person(await _unit())
    assert await OperatorAccount.get(id_number_hash=NUMBER) == row
    assert await OperatorAccount.get(id_number_hash__in=["x", NUMBER]) == row
    assert not await OperatorAccount.exists(id_number_hash="220102198001010012")
    for query in (
        lambda: OperatorAccount.filter(phone=PHONE).count(),
        lambda: OperatorAccount.filter(id=row.id).update(phone=PHONE),
        lambda: OperatorAccount.filter(id=row.id).update(id_number_hash=NUMBER),
    ):
        with pytest.raises(FieldError, match="save its row"):
            await query()


@pytest.mark.usefixtures("opened")
async def test_one_number_is_one_person_of_a_unit() -> None:
    unit = await _unit()
    row = await _person(unit)
    with pytest.raises(IntegrityError) as refused:
        await _person(unit, "two")
    assert NUMBER not in str(refused.value)
    other = await _person(unit, "three", id_number="220102198001010022")
    row.id_number = other.id_number
    with pytest.raises(IntegrityError):
        await row.save()


@pytest.mark.usefixtures("opened")
async def test_the_tables_that_share_their_columns_do_not_share_their_place() -> None:
    row = await _person(await _unit())
    place = key_ring().open("operator_account.phone", (await _cells(row))["phone"])
    assert place == PHONE
    with pytest.raises(CannotOpen):
        key_ring().open("operator.phone", (await _cells(row))["phone"])
    assert Operator(phone=PHONE).phone == Agent(phone=PHONE).phone == PHONE


@pytest.mark.usefixtures("opened")
async def test_a_cell_that_does_not_open_fails_its_reader_and_not_the_list() -> None:
    unit = await _unit()
    good, bad = await _person(unit), await _person(unit, "two", id_number="X", phone="1")
    lost = KeyRing(lambda: DataKeys({"lost": bytes(32)}), b"").seal("operator_account.phone", "1")
    await OperatorAccount.filter(id=bad.id).update(phone=Sealed(lost))
    rows = await OperatorAccount.all().order_by("id")
    assert [row.username for row in rows] == ["one", "two"]
    assert rows[0].phone == good.phone
    with pytest.raises(CannotOpen, match="the key lost is not in the ring"):
        _ = rows[1].phone
    with pytest.raises(CannotOpen):  # and nothing writes over it
        await rows[1].save()


@pytest.mark.usefixtures("opened")
async def test_a_text_that_is_too_long_is_refused_without_being_told() -> None:
    with pytest.raises(ValidationError) as refused:
        await Message.create(key="k", channel="sms", recipient="9" * 255, body="x")
    assert "999" not in str(refused.value)


def test_a_text_that_looks_sealed_is_a_text_when_a_program_gives_it() -> None:
    row = Operator()
    row.phone = "v1.new.AAAA"
    assert row.phone == "v1.new.AAAA"
