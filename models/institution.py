from tortoise import fields
from tortoise.models import Model

from models.enums import DeliveryMethod, InstitutionRole


class Institution(Model):
    """An RA institution (manual §2.3): maker 制卡机构, issuer 发卡机构, data centre 所属数据分中心,
    a bank's agency 建行制卡代理点, or a hotline. What is unknown is null.
    """

    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=60, unique=True)
    roles: fields.Field[list[str]] = fields.JSONField(default=list)
    delivery_methods: fields.Field[list[str]] = fields.JSONField(default=list)
    serves: fields.Field[list[str]] = fields.JSONField(default=list)
    region_code = fields.CharField(max_length=20, null=True, db_index=True)
    issuer: fields.ForeignKeyNullableRelation["Institution"] = fields.ForeignKeyField(
        "models.Institution", null=True, on_delete=fields.OnDelete.RESTRICT
    )
    hotline = fields.CharField(max_length=60, null=True)
    card_phone = fields.CharField(max_length=60, null=True)
    fax = fields.CharField(max_length=60, null=True)
    address = fields.CharField(max_length=200, null=True)
    issuer_id: int | None

    class Meta:
        table = "institution"

    def has_role(self, role: InstitutionRole) -> bool:
        return role.value in self.roles

    def delivers_by(self, method: DeliveryMethod) -> bool:
        return method.value in self.delivery_methods

    @property
    def province_code(self) -> str | None:
        return self.region_code[:2] if self.region_code else None
