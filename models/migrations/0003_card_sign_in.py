from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import RevocationReason
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_indexes_and_facts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CardChallenge',
            fields=[
                ('id_hash', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('audience', fields.CharField(max_length=300)),
                ('nonce', fields.CharField(max_length=43)),
                ('requester', fields.CharField(max_length=64)),
                ('operation', fields.CharField(max_length=64)),
                ('issued_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('consumed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'card_challenge', 'app': 'models', 'indexes': [Index(fields=['expires_at'])], 'pk_attr': 'id_hash', 'table_description': 'What a legal card is asked to sign, for one answer (docs/card-sign-in.md).'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Certificate',
            name='revocation_reason',
            field=fields.CharEnumField(null=True, description='UNSPECIFIED: unspecified\nKEY_COMPROMISE: keyCompromise\nAFFILIATION_CHANGED: affiliationChanged\nSUPERSEDED: superseded\nCESSATION_OF_OPERATION: cessationOfOperation\nPRIVILEGE_WITHDRAWN: privilegeWithdrawn', enum_type=RevocationReason, max_length=24),
        ),
        ops.AddField(
            model_name='Session',
            name='certificate',
            field=fields.ForeignKeyField('models.Certificate', source_field='certificate_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE),
        ),
    ]
