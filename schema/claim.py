from datetime import datetime

import strawberry

from models.actor import Actor
from models.claim import Claimed
from schema.says import says


@strawberry.type(description="That an officer works on an application (认领).")
class ApplicationClaim:
    officer_name: str = says("Who.")
    claimed_at: datetime = says("Since when.")
    mine: bool = says("Whether it is the viewer's own.")

    @classmethod
    def of(cls, claim: Claimed, viewer: Actor) -> "ApplicationClaim":
        mine = claim.account_id == viewer.account_id
        return cls(officer_name=claim.officer_name, claimed_at=claim.claimed_at, mine=mine)
