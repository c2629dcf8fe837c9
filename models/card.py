from tortoise import fields
from tortoise.models import Model

from models.application import Application, Operator
from models.clock import now
from models.enterprise import Enterprise
from models.enums import (
    CardKind,
    CardStatus,
    CertificateStatus,
    IdType,
    IssuanceStep,
    MediaType,
    RevocationReason,
)
from models.queue import Queued
from models.sealed import HashedField, SealedField


class Card(Model):
    """A card of an application: the legal person's (法人卡) or an operator's (操作员卡)."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "models.Application", related_name="cards"
    )
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField("models.Enterprise")
    operator: fields.ForeignKeyNullableRelation[Operator] = fields.ForeignKeyField(
        "models.Operator", null=True
    )
    kind = fields.CharEnumField(CardKind, max_length=10)
    holder_name = fields.CharField(max_length=64)
    holder_id_type = fields.CharEnumField(IdType, max_length=32)
    holder_id_number = SealedField(max_length=40)
    holder_id_number_hash = HashedField(of="holder_id_number", null=True)
    media_type = fields.CharEnumField(MediaType, max_length=20, null=True)
    media_serial = fields.CharField(max_length=40, null=True, unique=True)
    status = fields.CharEnumField(CardStatus, max_length=10, default=CardStatus.PENDING)
    application_id: int
    enterprise_id: int
    operator_id: int | None

    class Meta:
        table = "card"
        indexes = (
            ("application_id", "id"),
            ("enterprise_id", "kind", "status"),
            ("enterprise_id", "holder_id_number_hash"),
        )


class Issuance(Queued):
    """The durable job that makes one card (docs/issuance-cycle.md). One row a card, for good."""

    id = fields.IntField(primary_key=True)
    card: fields.OneToOneRelation[Card] = fields.OneToOneField(
        "models.Card", related_name="issuance"
    )
    step = fields.CharEnumField(IssuanceStep, max_length=10, default=IssuanceStep.RESERVED)
    serial = fields.CharField(max_length=40, unique=True)
    not_before = fields.DatetimeField()
    token_serial = fields.CharField(max_length=40, null=True)
    csr = fields.BinaryField(null=True)
    tbs = fields.BinaryField(null=True)
    certificate = fields.BinaryField(null=True)
    actor_role = fields.CharField(max_length=20)
    actor_name = fields.CharField(max_length=64)
    card_id: int

    class Meta:
        table = "issuance"
        indexes = (("status", "due_at"),)


class Certificate(Model):
    """An issued certificate. Times are UTC. `serial_number` is upper-case hexadecimal."""

    id = fields.IntField(primary_key=True)
    card: fields.ForeignKeyRelation[Card] = fields.ForeignKeyField(
        "models.Card", related_name="certificates"
    )
    serial_number = fields.CharField(max_length=40, unique=True)
    subject = fields.CharField(max_length=600)
    not_before = fields.DatetimeField()
    not_after = fields.DatetimeField()
    pem = fields.TextField()
    revoked_at = fields.DatetimeField(null=True)
    revocation_reason = fields.CharEnumField(RevocationReason, max_length=24, null=True)
    card_id: int

    class Meta:
        table = "certificate"
        indexes = (("card_id", "id"),)

    @property
    def status(self) -> CertificateStatus:
        if self.revoked_at:
            return CertificateStatus.REVOKED
        return CertificateStatus.VALID if now() <= self.not_after else CertificateStatus.EXPIRED
