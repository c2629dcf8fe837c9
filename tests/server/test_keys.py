"""Turning the key ring while the server runs: new key, everything under it, the old key gone."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from models.application import Operator
from models.database import key_ring
from models.enterprise import Enterprise
from models.keyring import key_of
from models.resealing import _reseal, reseal, rows_under, sealed_columns
from server.keyring import FILE, data_keys, kept_in, ring_of
from server.keys import keys_of
from server.rotation import drop, reseal_all, rotate
from server.settings import Settings
from tests.actors import Unit
from tests.conftest import Served, serving
from tests.process import run


async def _command(settings: Settings, *words: str, **told: Any) -> tuple[int, str]:
    """As an operator runs it, beside the server."""
    where = {"data_dir": settings.data_dir, "database_url": settings.database_url, **told}
    done = await asyncio.to_thread(run, "keys", *words, **where)
    return done.returncode, (done.stdout + done.stderr).strip()


def _keys(settings: Settings) -> list[str]:
    return list(json.loads((settings.data_dir / FILE).read_text()))


async def _filled(served: Served) -> Unit:
    return await (await (await served.unit()).start()).fill()


async def test_a_key_is_turned_under_a_running_server(served: Served, settings: Settings) -> None:
    unit = await _filled(served)
    before = await unit.detail()
    (old,) = _keys(settings)
    assert (await _command(settings, "rotate"))[0] == 0
    assert _keys(settings)[0] == old
    newest = _keys(settings)[1]
    await unit.edit("SaveDelivery", method="PICKUP", contact="王芳", phone="13900002222")
    assert await rows_under(newest)  # the server seals by the new key at once
    code, told = await _command(settings, "drop", old)
    assert (code, "rows are sealed by" in told) == (1, True)
    code, told = await _command(settings, "reseal")
    assert (code, told.endswith("rows resealed")) == (0, True)
    assert await rows_under(old) == 0
    assert await _command(settings, "reseal") == (0, "0 rows resealed")
    assert await _command(settings, "drop", old) == (0, f"{old} is gone")
    assert _keys(settings) == [newest]
    assert (await unit.detail())["legalCard"] == before["legalCard"]
    await unit.submit()
    assert (await _command(settings, "drop", newest))[1].startswith(
        f"Error: {newest} is the newest"
    )
    assert "there is no key" in (await _command(settings, "drop", old))[1]


async def test_a_server_started_after_the_turn_reads_everything(settings: Settings) -> None:
    async with serving(settings) as served:
        unit = await _filled(served)
        before = await unit.detail()
    (old,) = _keys(settings)
    rotate(settings)
    assert (await reseal_all(settings))["resealed"] >= 5
    await drop(settings, old)
    assert old not in _keys(settings)
    async with serving(settings) as served:
        unit.client.url, unit.client.http = served.url, served.http
        after = await unit.detail()
        assert after["legalCard"] == before["legalCard"]
        assert after["delivery"] == before["delivery"]


async def test_resealing_undoes_nobodys_change(served: Served, settings: Settings) -> None:
    unit = await _filled(served)
    rotate(settings)
    seen, meanwhile, late = [await Operator.all().order_by("-id").first() for _ in range(3)]
    assert all((seen, meanwhile, late))
    meanwhile.phone = "13911112222"
    await meanwhile.save()
    assert await _reseal(seen, ["id_number", "phone", "email"]) == "changed"
    assert (await Operator.get(id=seen.id)).phone == "13911112222"
    assert not (await reseal())["changed"]
    late.email = "late@example.com"  # read before the turn, written after it
    await late.save()
    cells = (await Operator.get(id=late.id)).__dict__
    names = sealed_columns()[Operator]
    assert {key_of(cells[name].token) for name in names} == {key_ring().keys.newest}
    assert (await unit.detail())["operators"]


async def test_what_cannot_be_opened_is_counted_and_left(
    served: Served, settings: Settings
) -> None:
    unit = await _filled(served)
    row = await Enterprise.all().order_by("-id").first()
    assert row
    file = settings.data_dir / FILE
    kept = file.read_text()
    file.write_text(json.dumps({"lost": f"{'A' * 43}="}))
    row.legal_id_number = "x"
    await row.save()
    file.write_text(kept)
    assert "lost" not in key_ring().keys
    assert (await unit.client.ask("Applications"))["totalCount"] == 1  # a list that shows it not
    answer = await unit.client.post(
        "query($id: ID!) { application(id: $id) { status legalCard { idNumber } } }",
        {"id": unit.id},
    )
    assert answer["data"]["application"] == {"status": "DRAFT", "legalCard": None}
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    rotate(settings)
    told = await reseal()
    assert (told["cannot be opened"], told["changed"]) == (1, 0)
    assert told["resealed"] == 5
    code, said = await _command(settings, "reseal")
    assert (code, "1 rows cannot be opened" in said) == (1, True)
    assert await reseal() == Counter({"cannot be opened": 1})


def test_a_ring_that_is_not_the_databases_is_told_in_one_line(settings: Settings) -> None:
    async def sealed() -> None:
        async with serving(settings) as served:
            await served.unit()

    asyncio.run(sealed())
    (old,) = _keys(settings)
    (settings.data_dir / FILE).unlink()
    done = run("serve", data_dir=settings.data_dir, database_url=settings.database_url, port=0)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert f"sealed by the key {old}, which is not in the ring" in line


# fmt: off
WRONG = [
    ("x",                        "no key ring"),
    ("a:AAAA",                   "keys of 32 bytes"),
    ("A:" + "A" * 43 + "=",      "letters a to z"),
    ("a:AAAA,a:AAAA",            "names a key twice"),
]
# fmt: on


@pytest.mark.parametrize(("setting", "told"), WRONG)
def test_a_wrong_setting_is_told_in_one_line_and_names_no_key(
    tmp_path: Path, setting: str, told: str
) -> None:
    done = run("migrate", data_dir=tmp_path, data_keys=setting)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert told in line
    assert "AAAA" not in line


def test_a_ring_in_a_setting_is_told_what_to_become(tmp_path: Path) -> None:
    one = f"one:{'A' * 43}="
    done = run("keys", "rotate", data_dir=tmp_path, data_keys=one)
    assert done.returncode == 0
    setting = done.stdout.strip().splitlines()[-1].removeprefix("PORTCARD_DATA_KEYS=")
    assert setting.startswith(f"{one},")
    assert len(list(data_keys(kept_in(setting)))) == 2
    assert not (tmp_path / FILE).exists()


def test_the_file_is_its_owners_and_is_made_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    one, other = [ring_of(settings, keys_of(settings)) for _ in range(2)]
    assert list(one.keys) == list(other.keys)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert other.open("a.b", one.seal("a.b", "x")) == "x"
    (tmp_path / FILE).unlink()  # one that goes from under us is not made anew
    assert other.open("a.b", one.seal("a.b", "x")) == "x"
    assert not (tmp_path / FILE).exists()
