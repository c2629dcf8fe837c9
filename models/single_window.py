"""Coming in by the Single Window (单一窗口): the way there and back, and whose account it opens."""

from tortoise import fields
from tortoise.models import Model

from models.account import Account
from models.sealed import HashedField, SealedField


class SingleWindowVisit(Model):
    """A way to the Single Window and back, for one sign-in. It is deleted when somebody comes back.

    `state` goes with the browser, `binding` stays with the page that began, `nonce` is in the ID
    token: only their hashes are kept. `verifier` proves that who redeems the code is who asked for
    it (PKCE, RFC 7636).
    """

    id = fields.IntField(primary_key=True)
    state_hash = fields.CharField(max_length=64, unique=True)
    binding_hash = fields.CharField(max_length=64)
    nonce_hash = fields.CharField(max_length=64)
    verifier = SealedField(max_length=128)
    redirect_uri = fields.CharField(max_length=300)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "single_window_visit"


class SingleWindowLink(Model):
    """Which account somebody of the Single Window opens: one account each, and one of them each."""

    id = fields.IntField(primary_key=True)
    issuer = fields.CharField(max_length=200)
    subject = SealedField(max_length=255)
    subject_hash = HashedField(of="subject")
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("models.Account")
    created_at = fields.DatetimeField(auto_now_add=True)
    account_id: int

    class Meta:
        table = "single_window_link"
        unique_together = (("issuer", "subject_hash"), ("account", "issuer"))
