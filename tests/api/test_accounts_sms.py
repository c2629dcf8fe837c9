"""How many SMS codes are sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.accounts import after, captcha, codes, mutate
from tests.client import Client
from tests.conftest import Served
from tests.identities import mobile

PHONE = "13911112222"


async def _ask(client: Client, phone: str = PHONE) -> list[dict[str, Any]]:
    told = {"phone": phone, "purpose": "REGISTRATION", **await captcha(client)}
    errors: list[dict[str, Any]] = (await mutate(client, "sendSmsCode", **told))["errors"]
    return errors


async def test_a_phone_gets_ten_codes_an_hour_and_twenty_a_day(served: Served) -> None:
    client = served.visitor()
    for n in range(10):
        with after(minutes=2 * n):
            assert await _ask(client) == []
    with after(minutes=20):
        (error,) = await _ask(client)
        assert (error["code"], error["path"]) == ("SMS_LIMIT", ["phone"])
        wait = datetime.fromisoformat(error["retryAt"]) - datetime.now(UTC)
        assert timedelta(minutes=39) < wait <= timedelta(minutes=40)
        assert await _ask(client, "13911113333") == []
    for n in range(10):
        with after(hours=2, minutes=2 * n):
            assert await _ask(client) == []
    with after(hours=4):
        (error,) = await _ask(client)
        assert error["code"] == "SMS_LIMIT"
    with after(hours=25):
        assert await _ask(client) == []


async def test_an_address_asks_for_as_many_codes_as_the_deployment_says(
    serve: Any, settings: Any
) -> None:
    changes = {"sms_per_address": 3, "trusted_proxies": ["127.0.0.0/8"]}
    async with serve(settings.model_copy(update=changes)) as served:
        client = served.visitor()
        client.address = "2001:db8::1"
        for n in range(2):
            assert await _ask(client, mobile(n)) == []
        told = await codes(
            client, "requestPasswordReset", username="nobody", **await captcha(client)
        )
        assert told == []
        client.address = "2001:db8::2"
        (error,) = await _ask(client, mobile(3))
        assert error["code"] == "SMS_LIMIT"
        client.address = "2001:db8:0:1::1"
        assert await _ask(client, mobile(3)) == []


async def test_an_application_gets_ten_codes_an_hour_whoever_its_agent_is(served: Served) -> None:
    unit = await (await served.unit()).start()
    await unit.fill()
    for n in range(10):
        with after(minutes=n):
            phone = {"phone": mobile(n), "email": "legal@example.com"}
            await unit.edit("SaveLegalCard", **phone)
            await unit.client.do("SendSubmissionCode", applicationId=unit.id)
    with after(minutes=11):
        told = await unit.client.codes("SendSubmissionCode", applicationId=unit.id)
    assert told == ["applicationId:SMS_LIMIT"]
