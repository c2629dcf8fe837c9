from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from models.enums import ApplicationEventType
from tortoise import fields
from tortoise.indexes import Index

class Redescribe(ops.AlterField):
    """Only what a column's comment says: to alter it, SQLite's table would be made anew, without its
    indexes.
    """

    async def database_forward(self, app_label, old_state, new_state, state_editor=None):
        pass


class Migration(migrations.Migration):
    dependencies = [('models', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Application',
            name='acknowledged',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddIndex(
            model_name='Attachment',
            index=Index(fields=['application_id', 'id']),
        ),
        ops.AddIndex(
            model_name='Attachment',
            index=Index(fields=['operator_id']),
        ),
        ops.AddIndex(
            model_name='Card',
            index=Index(fields=['application_id', 'id']),
        ),
        ops.AddIndex(
            model_name='Card',
            index=Index(fields=['enterprise_id', 'kind', 'status']),
        ),
        ops.AddIndex(
            model_name='Certificate',
            index=Index(fields=['card_id', 'id']),
        ),
        Redescribe(
            model_name='Event',
            name='type',
            field=fields.CharEnumField(description='STARTED: STARTED\nSUBMITTED: SUBMITTED\nWITHDRAWN: WITHDRAWN\nDISCARDED: DISCARDED\nREROUTED: REROUTED\nACCEPTED: ACCEPTED\nRETURNED: RETURNED\nAPPROVED: APPROVED\nMEDIA_REGISTERED: MEDIA_REGISTERED\nPRODUCTION_STARTED: PRODUCTION_STARTED\nCARD_ISSUED: CARD_ISSUED\nCARD_FAILED: CARD_FAILED\nCOMPLETED: COMPLETED\nSHIPPED: SHIPPED\nHANDED_OVER: HANDED_OVER', enum_type=ApplicationEventType, max_length=20),
        ),
        ops.AddField(
            model_name='Event',
            name='card_id',
            field=fields.IntField(null=True),
        ),
        ops.AddIndex(
            model_name='Event',
            index=Index(fields=['application_id', 'id']),
        ),
        ops.AddIndex(
            model_name='Operator',
            index=Index(fields=['application_id', 'id']),
        ),
    ]
