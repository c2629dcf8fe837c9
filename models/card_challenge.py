from datetime import UTC, datetime
from typing import Final

from tortoise import fields
from tortoise.models import Model

PURPOSE: Final = "card-sign-in"


class CardChallenge(Model):
    """What a legal card is asked to sign, for one answer (docs/card-sign-in.md).

    The challenge's id is known to who asked for it alone, so only its hash is kept. `requester`
    binds the challenge to that id and to the session it was asked in, `operation` to the act.
    """

    id_hash = fields.CharField(max_length=64, primary_key=True)
    audience = fields.CharField(max_length=300)
    nonce = fields.CharField(max_length=43)
    requester = fields.CharField(max_length=64)
    operation = fields.CharField(max_length=64)
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    consumed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "card_challenge"
        indexes = (("expires_at",),)

    @property
    def bound(self) -> dict[str, str]:
        """The fields that the card's agent is to sign, but those that it adds itself."""
        return {
            "audience": self.audience,
            "expires": _told(self.expires_at),
            "issued": _told(self.issued_at),
            "nonce": self.nonce,
            "operation": self.operation,
            "purpose": PURPOSE,
            "requester": self.requester,
        }


def _told(moment: datetime) -> str:
    """RFC 3339, UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
