"""Codes by SMS (手机验证码): kept as hashes, for one phone, purpose and subject, and one use."""

import hashlib
import secrets

from tortoise.expressions import F

from models.clock import now
from models.code import SmsCode
from models.database import alone
from models.enums import SmsPurpose
from models.identifiers import mobile_problem, normalized_phone
from models.message import Message
from models.notices import code_message
from models.refusals import Refused, RetryLater, refuse
from resolvers.captchas import use_captcha
from resolvers.office import Office

MOST_TRIES = 5
SUBMISSION = "SUBMISSION"
PURPOSES = {SmsPurpose.REGISTRATION.value: "注册管理员账号", SUBMISSION: "提交新办卡申请"}


def _hash(row: SmsCode, code: str) -> str:
    told = f"{row.phone}|{row.purpose}|{row.subject}|{code.strip()}"
    return hashlib.sha256(told.encode()).hexdigest()


async def send_registration_code(
    office: Office, phone: str, captcha_id: str | None, captcha_answer: str | None
) -> SmsCode:
    """Send a code to a visitor who read a captcha.

    Raises Refused: MOBILE_INVALID, CAPTCHA_WRONG, SMS_TOO_SOON.
    """
    if code := mobile_problem(phone):
        raise refuse(code, "phone")
    await use_captcha(captcha_id, captcha_answer)
    return await send_code(office, phone, SmsPurpose.REGISTRATION.value)


async def send_code(
    office: Office, phone: str, purpose: str, subject: str = "", place: str = "phone"
) -> SmsCode:
    """Write a code and its SMS. Raises Refused (SMS_TOO_SOON, at `place` of the input) while an
    unused one is fresh.
    """
    number = normalized_phone(phone)
    digits = f"{secrets.randbelow(10**6):06d}"
    async with office.act():
        await alone(f"{number}|{purpose}|{subject}")
        await _not_too_soon(number, purpose, subject, place)
        moment = now()
        row = SmsCode(phone=number, purpose=purpose, subject=subject)
        row.code_hash = _hash(row, digits)
        row.expires_at = moment + office.terms.sms_code
        row.resend_after = moment + office.terms.sms_resend
        await row.save()
        minutes = int(office.terms.sms_code.total_seconds() // 60)
        text = code_message(f"code-{row.id}", number, digits, PURPOSES[purpose], minutes)
        await Message.create(**text)
    return row


async def _newest(phone: str, purpose: str, subject: str) -> SmsCode | None:
    rows = SmsCode.filter(phone=phone, purpose=purpose, subject=subject)
    return await rows.order_by("-id").first()


async def _not_too_soon(phone: str, purpose: str, subject: str, place: str) -> None:
    last = await _newest(phone, purpose, subject)
    if last and last.consumed_at is None and last.resend_after > now():
        raise Refused(RetryLater("SMS_TOO_SOON", (place,), retry_at=last.resend_after))


async def check_code(phone: str, purpose: str, code: str, subject: str = "") -> SmsCode:
    """The code's row, if `code` is right. Each try counts, whatever becomes of the act.

    Raises Refused: SMS_CODE_WRONG, SMS_CODE_EXPIRED.
    """
    row = await _newest(normalized_phone(phone), purpose, subject)
    if row is None:
        raise refuse("SMS_CODE_WRONG", "smsCode")
    if row.consumed_at or row.expires_at < now() or not await _try(row):
        raise refuse("SMS_CODE_EXPIRED", "smsCode")
    if not secrets.compare_digest(row.code_hash, _hash(row, code)):
        raise refuse("SMS_CODE_WRONG", "smsCode")
    return row


async def _try(row: SmsCode) -> bool:
    """Count a try before it is looked at, so that many at once are as many tries."""
    left = SmsCode.filter(id=row.id, attempts__lt=MOST_TRIES)
    return bool(await left.update(attempts=F("attempts") + 1))


async def consume_code(row: SmsCode) -> None:
    """Use the code up inside the act. Raises Refused (SMS_CODE_EXPIRED) if another act did."""
    if not await SmsCode.filter(id=row.id, consumed_at__isnull=True).update(consumed_at=now()):
        raise refuse("SMS_CODE_EXPIRED", "smsCode")
