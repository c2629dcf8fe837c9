from tortoise import migrations
from tortoise.migrations import operations as ops
from models.sealed import HashedField, SealedField
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0006_audit')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SingleWindowLink',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('issuer', fields.CharField(max_length=200)),
                ('subject', SealedField(max_length=255)),
                ('subject_hash', HashedField(of='subject', max_length=64)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'single_window_link', 'app': 'models', 'unique_together': (('issuer', 'subject_hash'), ('account', 'issuer')), 'pk_attr': 'id', 'table_description': 'Which account somebody of the Single Window opens: one account each, and one of them each.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SingleWindowVisit',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('state_hash', fields.CharField(unique=True, max_length=64)),
                ('binding_hash', fields.CharField(max_length=64)),
                ('nonce_hash', fields.CharField(max_length=64)),
                ('verifier', SealedField(max_length=128)),
                ('redirect_uri', fields.CharField(max_length=300)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'single_window_visit', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A way to the Single Window and back, for one sign-in. It is deleted when somebody comes back.'},
            bases=['Model'],
        ),
    ]
