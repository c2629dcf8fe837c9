from tortoise import fields

from models.enums import Channel
from models.queue import Queued
from models.sealed import SealedField


class Message(Queued):
    """A mail or SMS to go out, written in the transaction of what it tells (the outbox).

    `key` makes it unique: the same cause never writes it twice. `secret` bodies (codes) are blanked
    once sent, except in development.
    """

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=80, unique=True)
    channel = fields.CharEnumField(Channel, max_length=4)
    recipient = SealedField(max_length=254)
    subject = fields.CharField(max_length=200, default="")
    body = SealedField(max_length=100_000)
    code = SealedField(max_length=10, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    sent_at = fields.DatetimeField(null=True)
    last_error = SealedField(max_length=300, default="")
    provider_id = fields.CharField(max_length=120, null=True)

    class Meta:
        table = "message"
        indexes = (("status", "due_at"),)
