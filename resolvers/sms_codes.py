"""Codes by SMS (手机验证码): keyed hashes, each for one phone, purpose and subject, and one use."""

import secrets
from collections.abc import Mapping
from typing import Any

from tortoise.expressions import F

from models.clock import now
from models.code import SmsCode
from models.database import alone, key_ring
from models.enums import SmsPurpose
from models.identifiers import mobile_problem, normalized_phone
from models.message import Message
from models.network import network_of
from models.notices import code_message
from models.refusals import Refused, RetryLater, refuse
from resolvers.captchas import use_captcha
from resolvers.office import Office
from resolvers.sms_limits import over_limit

MOST_TRIES = 5
SUBMISSION = "SUBMISSION"
PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - what a code is for
NEW_PHONE = "NEW_PHONE"
OLD_PHONE = "OLD_PHONE"
PHONE_LOST = "PHONE_LOST"

# fmt: off
PURPOSES = {
    SmsPurpose.REGISTRATION.value: "注册管理员账号",
    SUBMISSION:                    "提交新办卡申请",
    PASSWORD_RESET:                "重置登录密码",
    NEW_PHONE:                     "绑定新手机号码",
    OLD_PHONE:                     "更换手机号码",
    PHONE_LOST:                    "更换手机号码",
}
# fmt: on


def _hash(row: SmsCode, code: str) -> str:
    told = f"{row.phone}|{row.purpose}|{row.subject}|{code.strip()}"
    return key_ring().keyed_hash("sms_code.code_hash", told)


async def send_registration_code(
    office: Office, phone: str, captcha_id: str | None, captcha_answer: str | None, address: str
) -> SmsCode:
    """Send a code to a visitor who read a captcha.

    Raises Refused: MOBILE_INVALID, CAPTCHA_WRONG, SMS_TOO_SOON, SMS_LIMIT.
    """
    if code := mobile_problem(phone):
        raise refuse(code, "phone")
    await use_captcha(captcha_id, captcha_answer)
    return await send_code(office, phone, SmsPurpose.REGISTRATION.value, address=address)


async def send_code(
    office: Office,
    phone: str,
    purpose: str,
    subject: str = "",
    place: str = "phone",
    address: str = "",
    mail: str | None = None,
) -> SmsCode:
    """Write a code and its SMS, or a mail to `mail` instead. Without a phone a code is written that
    reaches nobody, for those who are not to learn that there is none.

    Raises Refused (at `place` of the input): SMS_TOO_SOON while an unused one is fresh, SMS_LIMIT.
    """
    number, digits = normalized_phone(phone), f"{secrets.randbelow(10**6):06d}"
    row = SmsCode(phone=number, purpose=purpose, subject=subject, network=network_of(address))
    async with office.act():
        await _alone(row)
        await _not_too_soon(row, place)
        if refusal := await over_limit(office, row, place):
            raise Refused(refusal)
        moment = now()
        row.code_hash = _hash(row, digits)
        row.expires_at = moment + office.terms.sms_code
        row.resend_after = moment + office.terms.sms_resend
        await row.save()
        if number:
            await Message.create(**_told(office, row, digits, mail))
    return row


async def _alone(row: SmsCode) -> None:
    """Wait for others who ask for the same phone, subject or address, always in that order."""
    for name in (row.phone, row.subject, row.network):
        if name:
            await alone(f"sms|{name}")


def _told(office: Office, row: SmsCode, digits: str, mail: str | None) -> Mapping[str, Any]:
    minutes = int(office.terms.sms_code.total_seconds() // 60)
    return code_message(f"code-{row.id}", row.phone, digits, PURPOSES[row.purpose], minutes, mail)


async def _newest(phone: str, purpose: str, subject: str) -> SmsCode | None:
    rows = SmsCode.filter(phone_hash=phone, purpose=purpose, subject=subject)
    return await rows.order_by("-id").first()


async def _not_too_soon(row: SmsCode, place: str) -> None:
    last = await _newest(row.phone, row.purpose, row.subject)
    if last and last.consumed_at is None and last.resend_after > now():
        raise Refused(RetryLater("SMS_TOO_SOON", (place,), retry_at=last.resend_after))


async def check_code(
    phone: str, purpose: str, code: str, subject: str = "", place: str = "smsCode"
) -> SmsCode:
    """The code's row, if `code` is right. Each try counts, whatever becomes of the act.

    Raises Refused (at `place` of the input): SMS_CODE_WRONG, SMS_CODE_EXPIRED.
    """
    row = await _newest(normalized_phone(phone), purpose, subject)
    if row is None:
        raise refuse("SMS_CODE_WRONG", place)
    if row.consumed_at or row.expires_at < now() or not await _try(row):
        raise refuse("SMS_CODE_EXPIRED", place)
    if not secrets.compare_digest(row.code_hash, _hash(row, code)):
        raise refuse("SMS_CODE_WRONG", place)
    return row


async def _try(row: SmsCode) -> bool:
    """Count a try before it is looked at, so that many at once are as many tries."""
    left = SmsCode.filter(id=row.id, attempts__lt=MOST_TRIES)
    return bool(await left.update(attempts=F("attempts") + 1))


async def consume_code(row: SmsCode) -> None:
    """Use the code up inside the act. Raises Refused (SMS_CODE_EXPIRED) if another act did."""
    if not await SmsCode.filter(id=row.id, consumed_at__isnull=True).update(consumed_at=now()):
        raise refuse("SMS_CODE_EXPIRED", "smsCode")
