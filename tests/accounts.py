"""What people do about their own accounts, as the tests play it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from tests.actors import CONSENTS, Unit
from tests.client import Client

ERRORS = "errors { code path ... on RetryLater { retryAt } }"
NOTHING: dict[str, Any] = {}


async def mutate(client: Client, name: str, answer: str = "", /, **input_: Any) -> dict[str, Any]:
    """A mutation's payload."""
    type_ = f"{name[0].upper()}{name[1:]}Input!"
    text = f"mutation($input: {type_}) {{ {name}(input: $input) {{ {answer} {ERRORS} }} }}"
    payload: dict[str, Any] = (await client.query(text, input=input_))[name]
    return payload


async def done(client: Client, name: str, answer: str = "", /, **input_: Any) -> dict[str, Any]:
    """The same; a refusal fails the test."""
    payload = await mutate(client, name, answer, **input_)
    assert payload["errors"] == [], payload
    return payload


async def codes(client: Client, name: str, /, **input_: Any) -> list[str]:
    """The codes with which it is refused, each with its place."""
    payload = await mutate(client, name, **input_)
    return [f"{'.'.join(error['path'])}:{error['code']}" for error in payload["errors"]]


async def login(client: Client, username: str, password: str, **more: Any) -> list[str]:
    """Sign in; answers the codes of why not."""
    told = {"username": username, "password": password, "consents": CONSENTS, **more}
    payload = await mutate(client, "login", "session { token mayOnlyEnrol }", **told)
    if payload["session"]:
        client.token = payload["session"]["token"]
    return [error["code"] for error in payload["errors"]]


async def captcha(client: Client) -> dict[str, str]:
    return await Unit(client).captcha()


def after(**time: int) -> Any:
    """Some time from now."""
    return time_machine.travel(datetime.now(UTC) + timedelta(**time))


async def is_signed_in(client: Client) -> bool:
    return await client.ask("Viewer") is not None
