from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.application import Application
from models.enums import ApplicationEventType, ApplicationStatus, Role


class Event(Model):
    """A line of the durable log. Its id is its position: who reads up to a position has read
    everything before it (see models.log). The institutions are null in what they may not see.
    """

    id = fields.BigIntField(primary_key=True)
    type = fields.CharEnumField(ApplicationEventType, max_length=20)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "models.Application", related_name="events"
    )
    enterprise_id = fields.IntField(db_index=True)
    issuer_id = fields.IntField(null=True, db_index=True)
    maker_id = fields.IntField(null=True, db_index=True)
    data_centre_id = fields.IntField(null=True, db_index=True)
    actor_role = fields.CharEnumField(Role, max_length=20)
    actor_name = fields.CharField(max_length=64)
    from_status = fields.CharEnumField(ApplicationStatus, max_length=20, null=True)
    to_status = fields.CharEnumField(ApplicationStatus, max_length=20, null=True)
    return_reasons: fields.Field[list[dict[str, Any]]] = fields.JSONField(default=list)
    card_id = fields.IntField(null=True)
    occurred_at = fields.DatetimeField()
    application_id: int

    class Meta:
        table = "event"
        indexes = (("application_id", "id"),)
