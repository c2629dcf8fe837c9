from tortoise import fields
from tortoise.models import Model

from models.card import Certificate
from models.enterprise import Enterprise
from models.enums import Role, SignInMethod
from models.institution import Institution
from models.person_columns import PersonColumns


class Account(PersonColumns):
    """Whoever signs in by a password: a unit's one administrator, an RA officer, the platform."""

    id = fields.IntField(primary_key=True)
    username = fields.CharField(max_length=40, unique=True)
    password_hash = fields.CharField(max_length=200)
    role = fields.CharEnumField(Role, max_length=20)
    enterprise: fields.OneToOneNullableRelation[Enterprise] = fields.OneToOneField(
        "models.Enterprise", null=True, related_name="administrator"
    )
    institution: fields.ForeignKeyNullableRelation[Institution] = fields.ForeignKeyField(
        "models.Institution", null=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    enterprise_id: int | None
    institution_id: int | None

    class Meta:
        table = "account"


class Session(Model):
    """A signed-in stay. The token is opaque, kept only as a hash, and can be revoked.

    `certificate` is the one that a card signed in with: revoking it ends the stay.
    `last_used_at` is true to the minute, `network` the masked address it was opened from.
    """

    id = fields.IntField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("models.Account")
    signed_in_by = fields.CharEnumField(SignInMethod, max_length=20)
    certificate: fields.ForeignKeyNullableRelation[Certificate] = fields.ForeignKeyField(
        "models.Certificate", null=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    last_used_at = fields.DatetimeField(null=True)
    network = fields.CharField(max_length=50, default="", db_default="")
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    account_id: int

    class Meta:
        table = "session"
        indexes = (("account_id", "id"),)
