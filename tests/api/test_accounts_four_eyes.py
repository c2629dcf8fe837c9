"""Four eyes: who accepted an application may not approve it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from resolvers.officers import add_officer, institution_called
from tests.actors import Officer, Unit, sign_in
from tests.conftest import Served

PASSWORD = "a horse of tianjin"


@pytest.fixture
async def strict(serve: Any, settings: Any) -> AsyncIterator[Served]:
    async with serve(settings.model_copy(update={"four_eyes": True})) as served:
        yield served


async def _second(served: Served) -> Officer:
    institution = await institution_called("天津制卡中心")
    office = served.engine.office
    await add_officer(office.trail, office.passwords, "wang.fang", PASSWORD, institution)
    client = served.visitor()
    await sign_in(client, "wang.fang", PASSWORD)
    return Officer(client)


async def _submitted(served: Served) -> Unit:
    unit = await (await served.unit()).start()
    await unit.fill(0)
    await unit.submit()
    return unit


async def _may(officer: Officer, unit: Unit) -> list[str]:
    found: list[str] = (await officer.client.ask("ApplicationDetail", id=unit.id))[
        "availableActions"
    ]
    return found


async def test_who_accepted_may_not_approve_and_another_officer_may(strict: Served) -> None:
    unit, first, second = (
        await _submitted(strict),
        await strict.officer("tianjin"),
        await _second(strict),
    )
    await first.act("Accept", unit)
    assert await _may(first, unit) == ["RETURN"]
    assert await _may(second, unit) == ["RETURN", "APPROVE"]
    told = await first.codes("Approve", unit, mediaSupply="FREE")
    assert told == ["applicationId:FOUR_EYES"]
    await second.act("Approve", unit, mediaSupply="FREE")


async def test_who_accepts_it_again_is_who_may_not_approve(strict: Served) -> None:
    unit, first, second = (
        await _submitted(strict),
        await strict.officer("tianjin"),
        await _second(strict),
    )
    await first.act("Accept", unit)
    reason = {"category": "OTHER", "code": "COUNTER", "path": []}
    await first.act("Return", unit, reasons=[reason])
    await unit.refresh()
    await unit.submit()
    await second.act("Accept", unit)
    assert await second.codes("Approve", unit, mediaSupply="FREE") == ["applicationId:FOUR_EYES"]
    await first.act("Approve", unit, mediaSupply="FREE")


async def test_without_the_rule_one_officer_does_both(served: Served) -> None:
    unit, officer = await _submitted(served), await served.officer("tianjin")
    await officer.act("Accept", unit)
    assert "APPROVE" in await _may(officer, unit)
    await officer.act("Approve", unit, mediaSupply="FREE")
