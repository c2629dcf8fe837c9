from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.enterprise import Enterprise, OperatorAccount
from models.enums import (
    AgentSource,
    ApplicationKind,
    ApplicationStatus,
    AttachmentKind,
    AttachmentStatus,
    DeliveryMethod,
    MakerScope,
    MediaType,
    OperatorStatus,
    VerificationOutcome,
)
from models.institution import Institution
from models.person_columns import PersonColumns
from models.sealed import SealedField

InstitutionKey = fields.ForeignKeyNullableRelation[Institution]


def institution_key(name: str) -> InstitutionKey:
    """A nullable reference to an institution that cannot go while it is used."""
    return fields.ForeignKeyField(
        "models.Institution", null=True, related_name=name, on_delete=fields.OnDelete.RESTRICT
    )


class Application(Model):
    """An application for cards (申请单): the wizard's steps and where it stands.

    `status` is changed by models.workflow alone. `unfinished_of` holds the unit's id while the
    application is unfinished; being unique, it lets a unit have but one (manual §5.5). `maker`,
    `issuer` and `data_centre` are what the unit has chosen; the `held_` ones those that it was
    last submitted to, who alone see it. `accepted_by` is the account of the officer who accepted it
    last; `four_eyes`: that officer may not approve it, as the rule was then.
    """

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, null=True, unique=True)
    kind = fields.CharEnumField(ApplicationKind, max_length=20)
    status = fields.CharEnumField(ApplicationStatus, max_length=20, default=ApplicationStatus.DRAFT)
    version = fields.IntField(default=1)
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField("models.Enterprise")
    unfinished_of = fields.IntField(null=True, unique=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    submitted_at = fields.DatetimeField(null=True)
    discarded_at = fields.DatetimeField(null=True)
    accepted_by_id = fields.IntField(null=True)
    four_eyes = fields.BooleanField(default=False, db_default=False)

    region_code = fields.CharField(max_length=20, null=True)
    street = SealedField(max_length=200, null=True)
    maker_scope = fields.CharEnumField(MakerScope, max_length=20, null=True)
    maker: InstitutionKey = institution_key("made")
    issuer: InstitutionKey = institution_key("issued")
    data_centre: InstitutionKey = institution_key("advised")
    held_maker: InstitutionKey = institution_key("making")
    held_issuer: InstitutionKey = institution_key("issuing")
    held_data_centre: InstitutionKey = institution_key("advising")

    legal_phone = SealedField(max_length=30, null=True)
    legal_email = SealedField(max_length=254, null=True)
    legal_media_type = fields.CharEnumField(MediaType, max_length=20, null=True)

    delivery_method = fields.CharEnumField(DeliveryMethod, max_length=10, null=True)
    delivery_contact = fields.CharField(max_length=64, null=True)
    delivery_phone = SealedField(max_length=30, null=True)
    delivery_address = SealedField(max_length=200, null=True)
    carrier = fields.CharField(max_length=60, null=True)
    tracking_number = fields.CharField(max_length=60, null=True)
    handed_over_at = fields.DatetimeField(null=True)

    return_reasons: fields.Field[list[dict[str, Any]]] = fields.JSONField(default=list)
    acknowledged: fields.Field[list[dict[str, Any]] | None] = fields.JSONField(null=True)

    enterprise_id: int
    maker_id: int | None
    issuer_id: int | None
    data_centre_id: int | None
    held_maker_id: int | None
    held_issuer_id: int | None
    held_data_centre_id: int | None

    class Meta:
        table = "application"
        indexes = (
            ("held_issuer_id", "status", "id"),
            ("held_maker_id", "status", "id"),
            ("held_data_centre_id", "id"),
            ("enterprise_id", "id"),
        )


class Operator(PersonColumns):
    """A person of an application for whom an operator card is asked (操作员卡)."""

    id = fields.IntField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "models.Application", related_name="operators"
    )
    account: fields.ForeignKeyNullableRelation[OperatorAccount] = fields.ForeignKeyField(
        "models.OperatorAccount", null=True
    )
    media_type = fields.CharEnumField(MediaType, max_length=20, null=True)
    status = fields.CharEnumField(OperatorStatus, max_length=10, default=OperatorStatus.DRAFT)
    application_id: int
    account_id: int | None

    class Meta:
        table = "operator"
        indexes = (("application_id", "id"),)


class Agent(PersonColumns):
    """Who files the application at the counter and gets the SMS code (经办人)."""

    id = fields.IntField(primary_key=True)
    application: fields.OneToOneRelation[Application] = fields.OneToOneField(
        "models.Application", related_name="agent"
    )
    source = fields.CharEnumField(AgentSource, max_length=20)
    operator: fields.ForeignKeyNullableRelation[Operator] = fields.ForeignKeyField(
        "models.Operator", null=True
    )
    application_id: int
    operator_id: int | None

    class Meta:
        table = "agent"


class Attachment(Model):
    """A paper of an application. Its bytes are in storage, reached by signed addresses only."""

    id = fields.IntField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "models.Application", related_name="attachments"
    )
    operator: fields.ForeignKeyNullableRelation[Operator] = fields.ForeignKeyField(
        "models.Operator", null=True
    )
    kind = fields.CharEnumField(AttachmentKind, max_length=20)
    file_name = fields.CharField(max_length=120)
    content_type = fields.CharField(max_length=60)
    size = fields.IntField(null=True)
    sha256 = fields.CharField(max_length=64, null=True)
    storage_key = fields.CharField(max_length=80, unique=True)
    status = fields.CharEnumField(AttachmentStatus, max_length=10, default=AttachmentStatus.PENDING)
    created_at = fields.DatetimeField(auto_now_add=True)
    application_id: int
    operator_id: int | None

    class Meta:
        table = "attachment"
        indexes = (("application_id", "id"), ("operator_id",))


class Verification(Model):
    """What the verifier said of the unit or a person, and that the user overrode it (§5.1.3)."""

    id = fields.IntField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "models.Application", related_name="verifications"
    )
    subject = fields.CharField(max_length=60)
    digest = fields.CharField(max_length=64)
    outcome = fields.CharEnumField(VerificationOutcome, max_length=20)
    code = fields.CharField(max_length=40, default="")
    checked_at = fields.DatetimeField()
    acknowledged_at = fields.DatetimeField(null=True)
    application_id: int

    class Meta:
        table = "verification"
        unique_together = (("application", "subject"),)
