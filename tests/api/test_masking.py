"""Personal data through the API: in full for those whose work needs them, masked for the others."""

from typing import Any

from tests.actors import Officer, Unit
from tests.conftest import Served

ASKED = """query($id: ID!) { application(id: $id) {
    unit { street } remarks cards { holderName }
    legalCard { name idNumber phone email } operators { idNumber phone email }
    agent { idNumber phone email } delivery { contact phone address }
    attachments { kind url } } }"""
PHONE, ADDRESS = "13900001111", "吉林省长春市朝阳区人民大街 1 号"


async def _submitted(served: Served, region: str, maker: str, scope: str) -> Unit:
    unit = await (await served.unit()).start()
    await unit.fill(region=region, maker=maker, scope=scope)
    if maker == "长春制卡中心":
        told = {"contact": "王芳", "phone": PHONE, "address": ADDRESS}
        await unit.edit("SaveDelivery", method="MAIL", **told)
    await unit.submit()
    return unit


async def _seen(who: Unit | Officer, unit: Unit) -> dict[str, Any]:
    seen: dict[str, Any] = (await who.client.query(ASKED, id=unit.id))["application"]
    return seen


def _people(seen: dict[str, Any]) -> list[str]:
    people = [seen["legalCard"], *seen["operators"], seen["agent"]]
    return [person[name] for person in people for name in ("idNumber", "phone", "email")]


async def test_a_maker_that_is_not_the_issuer_sees_names_and_where_to_deliver(
    served: Served,
) -> None:
    unit = await _submitted(served, "440113", "番禺海关制卡点", "WITHIN_PROVINCE")
    own, issuer, maker = [
        await _seen(who, unit)
        for who in (unit, await served.officer("guangzhou"), await served.officer("panyu"))
    ]
    assert _people(own) == _people(issuer)
    assert unit.unit["idNumber"] in _people(own)
    assert unit.account["phone"] in _people(own)
    assert all("*" in text for text in _people(maker))
    assert maker["legalCard"]["name"] == own["legalCard"]["name"]
    assert maker["delivery"] == own["delivery"]
    assert maker["remarks"] == own["remarks"] == f"自取+王芳+{PHONE}"
    assert all(paper["url"] for paper in issuer["attachments"])
    assert [paper["kind"] for paper in maker["attachments"] if paper["url"]] == ["BUSINESS_LICENCE"]


async def test_a_data_centre_and_the_platform_see_masks(served: Served) -> None:
    unit = await _submitted(served, "110105", "长春制卡中心", "CROSS_REGION")
    own = await _seen(unit, unit)
    assert await _seen(await served.officer("changchun"), unit) | {"attachments": []} == own | {
        "attachments": []
    }
    assert own["remarks"] == f"邮寄：{ADDRESS}+王芳+{PHONE}"
    for name in ("beijing", "platform"):
        seen = await _seen(await served.officer(name), unit)
        assert all("*" in text for text in _people(seen))
        assert seen["delivery"] == {
            "contact": "王芳", "phone": "139****1111", "address": "吉林省长春市***",
        }  # fmt: skip
        assert seen["remarks"] == "邮寄：吉林省长春市***+王芳+139****1111"
        assert seen["unit"]["street"] == own["unit"]["street"]
