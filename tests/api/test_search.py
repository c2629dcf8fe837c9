"""综合查询: which applications, in which order, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from models.application import Application
from models.clock import now
from models.enterprise import Enterprise
from models.enums import ApplicationKind, ApplicationStatus
from models.event import Event
from models.institution import Institution
from tests.actors import Officer
from tests.conftest import Served

LIST = """query($first: Int, $after: String, $filter: ApplicationFilter,
                $order: ApplicationOrder! = NEWEST_FIRST) {
    applications(first: $first, after: $after, filter: $filter, order: $order) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } nodes { number } } }"""


async def desk(served: Served) -> Officer:
    """Seven applications at one maker, some of which were submitted and changed at one moment."""
    maker = await Institution.get(name="天津制卡中心")
    start = now() - timedelta(days=1)
    for index in range(7):
        unit = await Enterprise.create(
            uscc=f"TEST{index}", organization_code="-", name=f"单位{index}", legal_name="甲",
            legal_id_type="PASSPORT", legal_id_number="-", legal_id_valid_from="-",
            legal_id_valid_to="-", legal_country="CHN",
        )  # fmt: skip
        held = dict.fromkeys(("held_maker", "held_issuer", "maker", "issuer"), maker)
        row = await Application.create(
            kind=ApplicationKind.NEW_CARDS, number=f"N{index}", enterprise=unit, **held,
            status=[ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW][index % 2],
        )  # fmt: skip
        submitted = start + timedelta(minutes=(index * 3 % 7) // 2)
        updated = start + timedelta(hours=1, microseconds=(index * 5 % 7) // 2)
        await Application.filter(id=row.id).update(submitted_at=submitted, updated_at=updated)
    return await served.officer("tianjin")


def by(field: str, sign: int) -> Any:
    async def wanted() -> list[str]:
        rows = await Application.all()
        key = {row.number: (getattr(row, field), row.id) for row in rows}
        return sorted(key, key=key.__getitem__, reverse=sign < 0)

    return wanted


ORDERS = {
    "NEWEST_FIRST": by("id", -1),
    "OLDEST_FIRST": by("id", 1),
    "LAST_UPDATED_FIRST": by("updated_at", -1),
    "FIRST_UPDATED_FIRST": by("updated_at", 1),
    "LAST_SUBMITTED_FIRST": by("submitted_at", -1),
    "FIRST_SUBMITTED_FIRST": by("submitted_at", 1),
}


async def test_every_order_is_walked_page_by_page_with_nothing_lost_or_doubled(
    served: Served,
) -> None:
    officer = await desk(served)
    for order, wanted in ORDERS.items():
        seen: list[str] = []
        after = None
        while True:
            answer = await officer.client.query(LIST, first=2, after=after, order=order)
            page = answer["applications"]
            assert page["totalCount"] == 7
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            seen += [node["number"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert seen == await wanted(), order


@pytest.mark.parametrize("cursor", ["", "x", "p1", "t1", "t1p", "tp1", "t99999999999999999p1"])
async def test_a_cursor_of_another_order_is_refused(served: Served, cursor: str) -> None:
    officer = await served.officer("tianjin")
    told = {"after": cursor, "order": "LAST_UPDATED_FIRST"}
    (error,) = (await officer.client.post(LIST, told))["errors"]
    assert error["extensions"]["code"] == "CURSOR_INVALID"


async def test_a_page_may_be_empty_but_still_counts(served: Served) -> None:
    officer = await desk(served)
    page = (await officer.client.query(LIST, first=0))["applications"]
    assert (page["nodes"], page["totalCount"], page["pageInfo"]["hasNextPage"]) == ([], 7, True)


async def test_filters_narrow_and_none_widens(served: Served) -> None:
    officer = await desk(served)
    other = (await served.officer("beijing")).client
    rows = {row.number: row for row in await Application.all()}
    submitted = sorted(row.submitted_at for row in rows.values())
    middle = submitted[3].isoformat()
    makers = await officer.client.query("{ viewer { institution { id } } }")
    maker = makers["viewer"]["institution"]["id"]

    async def count(**filter_: Any) -> int:
        answer = await officer.client.query(LIST, filter=filter_)
        return answer["applications"]["totalCount"]

    later = sum(moment >= submitted[3] for moment in submitted)
    assert await count(submittedSince=middle) == later
    assert await count(submittedBefore=middle) == 7 - later
    assert await count(updatedSince=(now() - timedelta(hours=24)).isoformat()) == 7
    assert await count(updatedSince=now().isoformat()) == 0
    assert await count(status=["IN_REVIEW"]) == 3
    assert await count(status=[]) == 0
    assert await count(search="单位3") == 1
    assert await count(search="N3") == 1
    assert await count(makerId=maker) == 7
    assert await count(makerId="ins-999999") == 0
    assert await count(turn="ISSUER") == 7
    assert await count(turn="MAKER") == 0
    assert (await other.query(LIST, filter={}))["applications"]["totalCount"] == 0


async def test_a_list_costs_as_many_statements_for_seven_as_for_one(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = await desk(served)
    query = """query($first: Int) { applications(first: $first) { nodes {
        number enterprise { name hasLegalCard } maker { name region { name } }
        operators { name } attachments { url } cards { certificate { pem } trouble { code } }
        returnReasons { code } steps { complete } verifications { outcome } } } }"""
    client = Event._meta.db
    asked = 0
    for name in ("execute_query", "execute_query_dict"):
        real = getattr(type(client), name)

        async def counted(*arguments: Any, _real: Any = real, **named: Any) -> Any:
            nonlocal asked
            asked += 1
            return await _real(*arguments, **named)

        monkeypatch.setattr(type(client), name, counted)
    counts: dict[int, list[int]] = {1: [], 7: []}
    for first in (1, 7) * 4:  # the workers ask too, now and then, and a first look is recorded
        asked = 0
        await officer.client.query(query, first=first)
        counts[first].append(asked)
    assert min(counts[1]) == min(counts[7]) > 0
