"""A visitor's way through the Single Window, as the tests play it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.accounts import done, mutate
from tests.actors import CONSENTS
from tests.client import Client

VISIT = "visit { url binding expiresAt }"


async def begin(client: Client, **input_: Any) -> dict[str, str]:
    visit: dict[str, str] = (await done(client, "beginSingleWindowSignIn", VISIT, **input_))[
        "visit"
    ]
    return visit


def answer(visit: dict[str, str], back: str) -> dict[str, Any]:
    """What the page sends when the browser has come back to the address `back`."""
    told = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    return {
        "state": told["state"],
        "code": told["code"],
        "binding": visit["binding"],
        "consents": CONSENTS,
    }


async def finish(client: Client, **told: Any) -> list[str]:
    """Sign in with an answer; answers the codes of why not, each with its place."""
    payload = await mutate(client, "loginWithSingleWindow", "session { token expiresAt }", **told)
    if payload["session"]:
        client.token = payload["session"]["token"]
    return [f"{'.'.join(error['path'] or [])}:{error['code']}" for error in payload["errors"]]
