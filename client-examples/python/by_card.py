"""Signing in by the new legal card, through the card agent; and no more once it is revoked.

The card is a SoftHSM token in the data folder of a development server, which also tells its PIN.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import screen
from api import Desk, Refused, Unreachable

AGENT = Path(__file__).parent.parent / "card-agent" / "agent.py"
PORTCARD = Path(sys.executable).with_name("portcard")
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
CONSENTS = ["TERMS", "PRIVACY"]
WHO, COLOUR = "单位", screen.UNIT


class NotAsPromised(Exception):  # noqa: N818 - what was seen
    """Signing in by card did not go as it should."""


async def sign_in_and_revoke(desk: Desk, cards: list[dict[str, Any]], folder: Path) -> None:
    legal, operator = cards[0], cards[1]
    async with _agent(desk, legal["number"], folder) as agent:
        desk.token = await _sign_in(desk, agent)
        viewer = await desk.ask("Viewer")
        if viewer["signedInBy"] != "CARD":
            raise NotAsPromised(f"signed in by {viewer['signedInBy']}")
        _say(f"法人卡登录：viewer.signedInBy = {viewer['signedInBy']}")
        async with _agent(desk, operator["number"], folder) as other:
            await _refused(desk, other, "CARD_NOT_LEGAL", "操作员卡登录")
        if not PORTCARD.exists():
            _say("（此处没有 portcard 命令，吊销不再演示）")
            return
        await _revoke(legal["number"], folder)
        if await desk.ask("Viewer"):
            raise NotAsPromised("the session outlived its certificate")
        await _refused(desk, agent, "CARD_CERTIFICATE_REVOKED", "证书吊销后，会话已终止；再次登录")


def _say(text: str) -> None:
    screen.act(WHO, COLOUR, text)


async def _refused(desk: Desk, agent: str, code: str, what: str) -> None:
    try:
        await _sign_in(desk, agent)
    except Refused as refused:
        if refused.codes != [code]:
            raise
        _say(f"{what}：被拒绝 {code}")
        return
    raise NotAsPromised(f"{what}: not refused")


async def _sign_in(desk: Desk, agent: str) -> str:
    """What a page does: ask for a challenge, have the agent answer it, send the answer."""
    challenge = (await desk.do("CardChallenge"))["challenge"]
    answer = await desk.http.post(
        f"{agent}/sign",
        json={"payload": challenge["payload"]},
        headers={"Origin": _origin(_audience(challenge))},  # a browser sets it by itself
    )
    if answer.status_code != 200:
        raise NotAsPromised(f"the card agent says {answer.text}")
    told = {"challengeId": challenge["id"], "consents": CONSENTS}
    payload = await desk.do("CardLogin", **told, **answer.json())
    return str(payload["session"]["token"])


def _audience(challenge: dict[str, Any]) -> str:
    """The address that the server gives itself. A holder knows it beforehand; the demo looks."""
    return str(json.loads(challenge["payload"])["audience"])


def _origin(address: str) -> str:
    url = urlsplit(address)
    return f"{url.scheme}://{url.netloc}"


@asynccontextmanager
async def _agent(desk: Desk, token: str, folder: Path) -> AsyncIterator[str]:
    """The card agent as a process of its own; answers its address."""
    server = _audience((await desk.do("CardChallenge"))["challenge"])
    with TemporaryDirectory() as place:
        pin = Path(place) / "pin"
        pin.write_text((await desk.get(f"/dev/card-pin/{token}")).text, "ascii")
        pin.chmod(0o600)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, AGENT, "--module", _module(), "--token", token),
            *("--server", server, "--port", "0", "--pin-file", pin),
            env={**os.environ, "SOFTHSM2_CONF": str(folder / "tokens" / "softhsm2.conf")},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield await _address(process)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


def _module() -> str:
    told = os.environ.get("PORTCARD_PKCS11_MODULE")
    found = next((place for place in (told, *MODULES) if place and Path(place).is_file()), None)
    if found is None:
        raise Unreachable("no SoftHSM library: say where it is by PORTCARD_PKCS11_MODULE")
    return found


async def _address(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise NotAsPromised("the card agent has no output")
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    if not line:
        raise NotAsPromised("the card agent did not start")
    return line.decode().strip()


async def _revoke(number: str, folder: Path) -> None:
    """By the administrator's command line, which has the same PORTCARD_ settings as the server."""
    _say(f"管理员吊销：portcard card revoke {number}")
    process = await asyncio.create_subprocess_exec(
        *(PORTCARD, "card", "revoke", number, "--reason", "keyCompromise"),
        env={**os.environ, "PORTCARD_DATA_DIR": str(folder)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    if process.returncode:
        raise NotAsPromised(f"revoking: {told.decode().strip()}")
