"""Revoking a card's certificate: for good, and with the stays that it had signed in."""

from models.account import Session
from models.card import Certificate
from models.clock import now
from models.enums import RevocationReason
from resolvers.trail import Trail


async def certificates_called(text: str) -> list[Certificate]:
    """The certificate of that serial number, or all those of the card of that number."""
    wanted = text.strip().upper()
    found = await Certificate.filter(serial_number=wanted)
    return found or await Certificate.filter(card__number=wanted).order_by("id")


async def revoke_certificate(
    trail: Trail, certificate_id: int, reason: RevocationReason
) -> Certificate:
    """Revoke it, and end the sessions that it signed in. Whoever revokes it again changes nothing:
    the first moment and reason stand (RFC 5280 section 5.3).
    """
    async with trail.recorded() as deed:
        deed.concerns("certificate", certificate_id)
        row = await Certificate.filter(id=certificate_id).select_for_update().get()
        if row.revoked_at is None:
            row.revoked_at, row.revocation_reason = now(), reason
            await row.save(update_fields=["revoked_at", "revocation_reason"])
            stays = Session.filter(certificate_id=row.id, revoked_at__isnull=True)
            await stays.update(revoked_at=row.revoked_at)
    return row
