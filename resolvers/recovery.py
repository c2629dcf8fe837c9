"""A forgotten password, made anew by a code to the account's phone.

Neither answer tells whether there is such an account, or whether it has a phone: officers have
none, and are helped by `portcard officer reset`.
"""

import hashlib

from models.account import Account
from models.account_notices import PASSWORD_SET, tell_account
from models.code import SmsCode
from models.password_rules import password_problem
from models.refusals import Refusal, refuse, refuse_any
from resolvers.captchas import use_captcha
from resolvers.guessing import Visitor
from resolvers.office import Office
from resolvers.sessions import revoke_all_sessions
from resolvers.sms_codes import PASSWORD_RESET, check_code, consume_code, send_code
from resolvers.tallies import forget_guesses
from resolvers.trail import ACCOUNT


def wrong_password(
    username: str, password: str, confirmation: str, path: tuple[str, ...], again: str
) -> list[Refusal]:
    """What is wrong with a new password, and with its confirmation in the field `again`."""
    wrong = []
    if code := password_problem(username, password):
        wrong.append(Refusal(code, path))
    if password != confirmation:
        wrong.append(Refusal("PASSWORD_MISMATCH", (*path[:-1], again)))
    return wrong


async def request_password_reset(office: Office, username: str, visitor: Visitor) -> SmsCode:
    """Send a code to the account's phone; without one, only seem to.

    Raises Refused: CAPTCHA_WRONG, SMS_TOO_SOON, SMS_LIMIT.
    """
    await use_captcha(visitor.captcha_id, visitor.captcha_answer)
    account = await Account.get_or_none(username=username)
    phone = (account and account.phone) or ""
    subject = _subject(username)
    return await send_code(office, phone, PASSWORD_RESET, subject, "username", visitor.address)


def _subject(username: str) -> str:
    """By the name that was typed, so that an account and none are limited alike."""
    return hashlib.sha256(username.encode()).hexdigest()[:40]


async def reset_password(
    office: Office, username: str, sms_code: str, password: str, confirmation: str, address: str
) -> None:
    """Set another password. Every session of the account ends, and its owner is told by mail.

    Raises Refused: PASSWORD_LENGTH, PASSWORD_IS_USERNAME, PASSWORD_COMMON, PASSWORD_MISMATCH,
    SMS_CODE_WRONG, SMS_CODE_EXPIRED.
    """
    path = ("newPassword",)
    refuse_any(wrong_password(username, password, confirmation, path, "newPasswordConfirmation"))
    account = await Account.get_or_none(username=username)
    phone = (account and account.phone) or ""
    code = await check_code(phone, PASSWORD_RESET, sms_code, _subject(username))
    if account is None or not phone:
        raise refuse("SMS_CODE_WRONG", "smsCode")
    password_hash = await office.passwords.hash(password)
    async with office.act() as deed:
        deed.concerns(ACCOUNT, account.id)
        await consume_code(code)
        await Account.filter(id=account.id).update(password_hash=password_hash)
        await revoke_all_sessions(account.id)
        await tell_account(account, PASSWORD_SET, f"code-{code.id}")
    await forget_guesses(username, address)
