from tortoise import fields
from tortoise.models import Model

from models.account import Account
from models.sealed import SealedField


class SecondFactor(Model):
    """An officer's authenticator (TOTP, RFC 6238). Secrets are sealed.

    `secret` is null until the first code was confirmed, `pending` the one that is being enrolled.
    `last_step` is the newest time step whose code was used: no code is good twice.
    """

    id = fields.IntField(primary_key=True)
    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "models.Account", related_name="second_factor"
    )
    secret = SealedField(max_length=64, null=True)
    pending = SealedField(max_length=64, null=True)
    last_step = fields.BigIntField(default=0)
    account_id: int

    class Meta:
        table = "second_factor"


class RecoveryCode(Model):
    """Stands in for the authenticator once, when it is lost. Kept as a hash."""

    id = fields.IntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("models.Account")
    code_hash = fields.CharField(max_length=64, unique=True)
    used_at = fields.DatetimeField(null=True)
    account_id: int

    class Meta:
        table = "recovery_code"
