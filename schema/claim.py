from collections.abc import Mapping
from datetime import datetime

import strawberry

from models.actor import Actor
from models.claim import Claimed
from models.public_id import Kind, public_id
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


@strawberry.type(description="Who works on one application; or that nobody does any more.")
class DeskClaim:
    application_id: strawberry.ID = says("The application.")
    number: str | None = says("Its number.")
    claim: ApplicationClaim | None = says("The claim; null when it has ended.")

    @classmethod
    def of(cls, claimed: Claimed, viewer: Actor, *, ended: bool = False) -> "DeskClaim":
        return cls(
            application_id=strawberry.ID(public_id(Kind.APPLICATION, claimed.application_id)),
            number=claimed.number,
            claim=None if ended else ApplicationClaim.of(claimed, viewer),
        )


@strawberry.type(description="Who works on what at a desk: first everything, then what changes.")
class DeskClaims:
    complete: bool = says("true: these are all claims there are; forget what was told before.")
    changes: list[DeskClaim] = says("The claims that there are, or that began, changed or ended.")

    @classmethod
    def of(
        cls, before: Mapping[int, Claimed] | None, after: Mapping[int, Claimed], viewer: Actor
    ) -> "DeskClaims":
        """What `after` has that `before` (None: nothing was told yet) has not, and the reverse."""
        known = before or {}
        changed = [row for key, row in after.items() if known.get(key) != row]
        gone = [row for key, row in known.items() if key not in after]
        return cls(
            complete=before is None,
            changes=[DeskClaim.of(row, viewer) for row in changed]
            + [DeskClaim.of(row, viewer, ended=True) for row in gone],
        )
