from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import Party
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0008_elicence')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Claim',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('application', fields.OneToOneField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='claim', on_delete=OnDelete.CASCADE)),
                ('account_id', fields.IntField(db_index=True)),
                ('officer_name', fields.CharField(max_length=64)),
                ('institution_id', fields.IntField()),
                ('party', fields.CharEnumField(description='UNIT: UNIT\nISSUER: ISSUER\nMAKER: MAKER\nDATA_CENTRE: DATA_CENTRE\nPLATFORM: PLATFORM', enum_type=Party, max_length=20)),
                ('claimed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'claim', 'app': 'models', 'pk_attr': 'id', 'table_description': 'An officer works on an application. `party`: in whose turn it was claimed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Seat',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account_id', fields.IntField(db_index=True)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'seat', 'app': 'models', 'pk_attr': 'id', 'table_description': 'One open live operation of an officer at the desk, renewed while it is open.'},
            bases=['Model'],
        ),
    ]
