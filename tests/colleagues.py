"""A second officer of Tianjin, and what the desk's claims are asked and told by."""

from typing import Any

from resolvers.officers import add_officer, institution_called
from tests.actors import Officer, Unit, sign_in
from tests.conftest import Served

PASSWORD = "a horse of tianjin"
COLLEAGUE = "wang.fang"
CLAIM = """mutation($input: ClaimApplicationInput!) { claimApplication(input: $input) {
    application { claim { officerName claimedAt mine } } errors { code message path } } }"""
RELEASE = """mutation($input: ReleaseApplicationInput!) { releaseApplication(input: $input) {
    application { claim { mine } } errors { code path } } }"""
SEEN = "query($id: ID!) { application(id: $id) { claim { officerName mine } } }"


async def colleague(served: Served) -> Officer:
    institution = await institution_called("天津制卡中心")
    office = served.engine.office
    await add_officer(office.trail, office.passwords, COLLEAGUE, PASSWORD, institution)
    client = served.visitor()
    await sign_in(client, COLLEAGUE, PASSWORD)
    return Officer(client)


async def submitted(served: Served) -> Unit:
    unit = await (await served.unit()).start()
    await unit.fill(0)
    await unit.submit()
    return unit


async def claim(who: Any, unit: Unit, **more: Any) -> dict[str, Any]:
    """The payload."""
    told = await who.client.query(CLAIM, input={"applicationId": unit.id, **more})
    payload: dict[str, Any] = told["claimApplication"]
    return payload


async def release(who: Any, unit: Unit) -> dict[str, Any]:
    told = await who.client.query(RELEASE, input={"applicationId": unit.id})
    payload: dict[str, Any] = told["releaseApplication"]
    return payload


async def seen(who: Any, unit: Unit) -> Any:
    """The claim as `who` sees it."""
    found = (await who.client.query(SEEN, id=unit.id))["application"]
    return found and found["claim"]


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]
