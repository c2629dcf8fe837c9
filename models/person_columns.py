from tortoise import fields
from tortoise.models import Model

from models.enums import IdType
from models.persons import Person
from models.sealed import SealedField


class PersonColumns(Model):
    """A person's data as the manual's forms ask for them; a draft may lack any of it."""

    name = fields.CharField(max_length=64, null=True)
    id_type = fields.CharEnumField(IdType, max_length=32, null=True)
    id_number = SealedField(max_length=40, null=True)
    id_valid_from = fields.CharField(max_length=20, null=True)
    id_valid_to = fields.CharField(max_length=20, null=True)
    country = fields.CharField(max_length=20, null=True)
    phone = SealedField(max_length=30, null=True)
    email = SealedField(max_length=254, null=True)

    class Meta:
        abstract = True

    @property
    def person(self) -> Person:
        return Person(**{name: getattr(self, name) for name in PERSON_FIELDS})


PERSON_FIELDS = (
    "name", "id_type", "id_number", "id_valid_from", "id_valid_to", "country", "phone", "email",
)  # fmt: skip
