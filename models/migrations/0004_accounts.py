from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from models.sealed import SealedField

class Migration(migrations.Migration):
    dependencies = [('models', '0003_card_sign_in')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Guesses',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('failures', fields.IntField(default=0)),
                ('locked_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'guesses', 'app': 'models', 'pk_attr': 'key', 'table_description': "The wrong guesses against one account or from one address, several processes' together."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('code_hash', fields.CharField(unique=True, max_length=64)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'recovery_code', 'app': 'models', 'pk_attr': 'id', 'table_description': 'Stands in for the authenticator once, when it is lost. Kept as a hash.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SecondFactor',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.OneToOneField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='second_factor', on_delete=OnDelete.CASCADE)),
                ('secret', SealedField(max_length=64, null=True)),
                ('pending', SealedField(max_length=64, null=True)),
                ('last_step', fields.BigIntField(default=0)),
            ],
            options={'table': 'second_factor', 'app': 'models', 'pk_attr': 'id', 'table_description': "An officer's authenticator (TOTP, RFC 6238). Secrets are sealed."},
            bases=['Model'],
        ),
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
        ops.AddField(
            model_name='Session',
            name='last_used_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Session',
            name='network',
            field=fields.CharField(default='', db_default='', max_length=50),
        ),
        ops.AddIndex(
            model_name='Session',
            index=Index(fields=['account_id', 'id']),
        ),
        ops.AddField(
            model_name='SmsCode',
            name='network',
            field=fields.CharField(default='', db_default='', max_length=50),
        ),
        ops.AddIndex(
            model_name='SmsCode',
            index=Index(fields=['subject', 'id']),
        ),
        ops.AddIndex(
            model_name='SmsCode',
            index=Index(fields=['network', 'id']),
        ),
    ]
