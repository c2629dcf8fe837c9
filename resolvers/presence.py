"""Being there: who has a live operation of the desk open keeps what he or she has claimed."""

from models.actor import Actor
from models.claim import LEASE, Claim, Seat
from models.clock import now
from models.database import alone, transaction
from resolvers.office import Office

RENEW_EVERY = LEASE.total_seconds() / 3


async def sit_down(actor: Actor) -> Seat:
    """A seat at the desk; the officer's claims live as long as there is one."""
    seat = await Seat.create(account_id=actor.account_id, expires_at=now() + LEASE)
    await _renew_claims(seat)
    return seat


async def stay(seat: Seat) -> None:
    """Still there: to be said every RENEW_EVERY seconds."""
    await Seat.filter(id=seat.id).update(expires_at=now() + LEASE)
    await _renew_claims(seat)


async def _renew_claims(seat: Seat) -> None:
    """Those that have not ended meanwhile: what has ended may be a colleague's already."""
    claims = Claim.filter(account_id=seat.account_id, expires_at__gt=now())
    await claims.update(expires_at=now() + LEASE)


async def leave(office: Office, seat: Seat) -> None:
    """Gone: with the officer's last seat the claims end, and the colleagues are told."""
    released = 0
    async with transaction():
        await alone(f"seats|{seat.account_id}")  # two that leave at once would each see the other
        await Seat.filter(id=seat.id).delete()
        if not await Seat.exists(account_id=seat.account_id, expires_at__gt=now()):
            released = await Claim.filter(account_id=seat.account_id).delete()
    if released:
        await office.wake()
