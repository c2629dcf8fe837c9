from tortoise import fields
from tortoise.models import Model

from models.enums import IdType, RegisteredBy
from models.person_columns import PersonColumns
from models.persons import Person
from models.sealed import HashedField, SealedField


class Enterprise(Model):
    """A unit (法人及其他组织用户) with its legal person, as registered (manual §4.1, Fig 9).

    `licence_number` is that of the e-licence which its data are from, if they are.
    """

    id = fields.IntField(primary_key=True)
    uscc = fields.CharField(max_length=18, unique=True)
    organization_code = fields.CharField(max_length=9)
    name = fields.CharField(max_length=64)
    legal_name = fields.CharField(max_length=64)
    legal_id_type = fields.CharEnumField(IdType, max_length=32)
    legal_id_number = SealedField(max_length=40)
    legal_id_valid_from = fields.CharField(max_length=8)
    legal_id_valid_to = fields.CharField(max_length=8)
    legal_country = fields.CharField(max_length=3)
    registered_by = fields.CharEnumField(
        RegisteredBy, max_length=16, default=RegisteredBy.FORM, db_default="FORM"
    )
    licence_number = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "enterprise"

    @property
    def legal_person(self) -> Person:
        """The legal person without phone and e-mail, which the legal card's step asks for."""
        return Person(
            name=self.legal_name,
            id_type=self.legal_id_type,
            id_number=self.legal_id_number,
            id_valid_from=self.legal_id_valid_from,
            id_valid_to=self.legal_id_valid_to,
            country=self.legal_country,
            phone=None,
            email=None,
        )


class OperatorAccount(PersonColumns):
    """A person of a unit who may get an operator card (选择已有未制卡操作员, manual §5.1.3)."""

    id = fields.IntField(primary_key=True)
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField("models.Enterprise")
    id_number_hash = HashedField(of="id_number", null=True)
    username = fields.CharField(max_length=40, unique=True)
    has_card = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(auto_now_add=True)
    enterprise_id: int

    class Meta:
        table = "operator_account"
        unique_together = (("enterprise", "id_type", "id_number_hash"),)
