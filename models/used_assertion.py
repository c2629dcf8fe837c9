import hashlib

from tortoise import fields
from tortoise.models import Model


class UsedAssertion(Model):
    """An e-licence's assertion that has registered a unit: it does so once (docs/elicence.md).

    `id` is the hash of issuer and `jti`. From `expires_at` on the assertion is refused anyway.
    """

    id = fields.CharField(max_length=64, primary_key=True)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "used_assertion"
        indexes = (("expires_at",),)


def assertion_id(issuer: str, jti: str) -> str:
    return hashlib.sha256(f"{issuer}|{jti}".encode()).hexdigest()
