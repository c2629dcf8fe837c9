from tortoise import fields
from tortoise.models import Model

from models.sealed import HashedField, SealedField


class Captcha(Model):
    """A picture to read (图片验证码), good for one answer."""

    id = fields.CharField(max_length=32, primary_key=True)
    answer = fields.CharField(max_length=10)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "captcha"


class SmsCode(Model):
    """A code sent by SMS (手机验证码): hashed, for one phone, one purpose, one subject, one use."""

    id = fields.IntField(primary_key=True)
    phone = SealedField(max_length=30)
    phone_hash = HashedField(of="phone", null=True)
    purpose = fields.CharField(max_length=20)
    subject = fields.CharField(max_length=40, default="")
    network = fields.CharField(max_length=50, default="", db_default="")
    code_hash = fields.CharField(max_length=64)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    resend_after = fields.DatetimeField()
    consumed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sms_code"
        indexes = (("phone_hash", "purpose", "subject"), ("subject", "id"), ("network", "id"))
