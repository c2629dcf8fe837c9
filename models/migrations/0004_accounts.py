from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0003_card_sign_in')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Application',
            name='accepted_by_id',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Application',
            name='four_eyes',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
