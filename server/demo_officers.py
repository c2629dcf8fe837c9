"""Officers for a development server, made once, their passwords random and printed once."""

import json
import os
import secrets
from pathlib import Path

from models.account import Account
from models.enums import Role
from models.institution import Institution
from resolvers.officers import add_officer, set_password
from resolvers.passwords import Passwords
from resolvers.trail import COMMAND_LINE, Deed, Trail

FILE = "demo-officers.json"

# fmt: off
OFFICERS = (
    ("tianjin",      "天津制卡中心"),
    ("beijing",      "北京制卡中心"),
    ("shijiazhuang", "石家庄制卡中心"),
    ("changchun",    "长春制卡中心"),
    ("jilin-ccb",    "吉林省内建行制卡代理点"),
    ("guangzhou",    "广州数据分中心制卡服务部"),
    ("panyu",        "番禺海关制卡点"),
    ("platform",     None),
)
# fmt: on

Officer = dict[str, str | None]


async def make_demo_officers(folder: Path, trail: Trail) -> list[Officer]:
    """The officers that were not there yet, with their passwords; the demo reads them in a file.

    Who is missing in the file gets a new password: the old one is nowhere.
    """
    file = folder / FILE
    known = _known(file)
    told = {officer["username"] for officer in known}
    passwords, made = Passwords(), []
    for username, institution in OFFICERS:
        there = await Account.exists(username=username)
        if not there or username not in told:
            made.append(await _make(trail, passwords, username, institution))
    if made:
        names = {officer["username"] for officer in made}
        _keep(file, [officer for officer in known if officer["username"] not in names] + made)
    return made


async def _make(
    trail: Trail, passwords: Passwords, username: str, institution: str | None
) -> Officer:
    password = secrets.token_urlsafe(12)
    row = await Institution.get(name=institution) if institution else None
    with trail.during(Deed("demo officer", COMMAND_LINE)):
        if await Account.exists(username=username):
            await set_password(trail, passwords, username, password)
        else:
            await add_officer(trail, passwords, username, password, row)
    role = Role.RA_OFFICER if row else Role.PLATFORM_ADMIN
    return {
        "username": username,
        "password": password,
        "institution": institution,
        "role": role.value,
    }


def _known(file: Path) -> list[Officer]:
    """What the file says; a damaged one says nothing, and all get new passwords."""
    try:
        told: list[Officer] = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return told


def _keep(file: Path, officers: list[Officer]) -> None:
    """Written beside its place and renamed into it, readable by its owner alone."""
    draft = file.with_suffix(".draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(officers, out, ensure_ascii=False, indent=2)
    draft.replace(file)
