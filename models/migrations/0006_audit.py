from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0005_personal_data')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AuditRow',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('account_id', fields.IntField(null=True, db_index=True)),
                ('username', fields.CharField(max_length=40)),
                ('role', fields.CharField(null=True, max_length=20)),
                ('signed_in_by', fields.CharField(null=True, max_length=20)),
                ('session_id', fields.IntField(null=True)),
                ('address', fields.CharField(max_length=64)),
                ('kind', fields.CharField(max_length=10)),
                ('what', fields.CharField(max_length=64)),
                ('subject', fields.TextField(unique=False)),
                ('outcome', fields.CharField(max_length=300)),
                ('times', fields.IntField()),
                ('previous', fields.CharField(max_length=64)),
                ('digest', fields.CharField(max_length=64)),
            ],
            options={'table': 'audit', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A link of the trail. It holds no name, number, phone or address of a person.'},
            bases=['Model'],
        ),
    ]
