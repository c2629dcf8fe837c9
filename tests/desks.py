"""Applications that lie at Tianjin's desk, made in the database, where there have to be many."""

from itertools import count

from models.account import Account
from models.actor import Actor
from models.application import Application
from models.enterprise import Enterprise
from models.enums import ApplicationKind, ApplicationStatus, SignInMethod
from models.institution import Institution

NUMBERS = count(1)


async def lie_there(how_many: int, status: ApplicationStatus, **more: Institution) -> list[int]:
    """`more`: other institutions than Tianjin that they lie with (`held_data_centre` …)."""
    tianjin = await Institution.get(name="天津制卡中心")
    held = {"held_maker": tianjin, "held_issuer": tianjin, **more}
    return [await _one(status, held) for _ in range(how_many)]


async def _one(status: ApplicationStatus, held: dict[str, Institution]) -> int:
    number = next(NUMBERS)
    unit = await Enterprise.create(
        uscc=f"TEST{number}", organization_code="-", name=f"单位{number}", legal_name="甲",
        legal_id_type="PASSPORT", legal_id_number="-", legal_id_valid_from="-",
        legal_id_valid_to="-", legal_country="CHN",
    )  # fmt: skip
    row = await Application.create(
        kind=ApplicationKind.NEW_CARDS, number=f"T{number}", enterprise=unit, status=status, **held
    )
    return row.id


async def acting_as(username: str) -> Actor:
    """An officer's account, for acts that are done without a client."""
    account = await Account.get(username=username)
    return Actor(
        account_id=account.id,
        session_id=0,
        username=username,
        name=username,
        role=account.role,
        signed_in_by=SignInMethod.PASSWORD,
        institution_id=account.institution_id,
    )
