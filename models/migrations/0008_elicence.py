from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import RegisteredBy
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0007_single_window')]

    initial = False

    operations = [
        ops.CreateModel(
            name='UsedAssertion',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'used_assertion', 'app': 'models', 'indexes': [Index(fields=['expires_at'])], 'pk_attr': 'id', 'table_description': "An e-licence's assertion that has registered a unit: it does so once (docs/elicence.md)."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Enterprise',
            name='licence_number',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Enterprise',
            name='registered_by',
            field=fields.CharEnumField(default=RegisteredBy.FORM, description='FORM: FORM\nELICENCE: ELICENCE\nSINGLE_WINDOW: SINGLE_WINDOW', db_default='FORM', enum_type=RegisteredBy, max_length=16),
        ),
    ]
