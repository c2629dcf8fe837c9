"""What one changes about one's own account: the password, and the phone that recovers it."""

import hashlib

from models.account import Account
from models.account_notices import PASSWORD_SET, PHONE_SET, tell_account
from models.actor import Actor
from models.code import SmsCode
from models.identifiers import mobile_problem, normalized_phone
from models.refusals import refuse, refuse_any
from resolvers.office import Office
from resolvers.recovery import wrong_password
from resolvers.second_factor import prove
from resolvers.sessions import SignedIn, revoke_other_sessions, rotate
from resolvers.sms_codes import (
    NEW_PHONE,
    OLD_PHONE,
    PHONE_LOST,
    check_code,
    consume_code,
    send_code,
)


async def change_password(
    office: Office, actor: Actor, old: str, new: str, confirmation: str, totp: str | None = None
) -> SignedIn:
    """Another password: other sessions end, and this one gets another token.

    Raises Refused: PASSWORD_LENGTH, PASSWORD_IS_USERNAME, PASSWORD_COMMON, PASSWORD_MISMATCH,
    LOGIN_LOCKED, PASSWORD_WRONG, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG.
    """
    path = ("newPassword",)
    refuse_any(wrong_password(actor.username, new, confirmation, path, "newPasswordConfirmation"))
    await prove(office, actor, old, totp)
    password_hash = await office.passwords.hash(new)
    async with office.act():
        await Account.filter(id=actor.account_id).update(password_hash=password_hash)
        await revoke_other_sessions(actor)
        signed_in = await rotate(actor)
        account = await Account.get(id=actor.account_id)
        await tell_account(account, PASSWORD_SET, signed_in.fingerprint)
    return signed_in


async def request_phone_change(
    office: Office,
    actor: Actor,
    password: str,
    new_phone: str,
    address: str,
    *,
    old_phone_lost: bool,
) -> SmsCode:
    """Send two codes: one to the new phone, and one to the old phone or, when that is lost, to the
    account's e-mail address. So neither a session, nor a password, nor a stolen phone is enough.

    Raises Refused: MOBILE_INVALID, PHONE_UNCHANGED, PHONE_MISSING, EMAIL_MISSING, LOGIN_LOCKED,
    PASSWORD_WRONG, SMS_TOO_SOON, SMS_LIMIT.
    """
    if code := mobile_problem(new_phone):
        raise refuse(code, "newPhone")
    account = await Account.get(id=actor.account_id)
    if not account.phone:
        raise refuse("PHONE_MISSING")
    if normalized_phone(new_phone) == account.phone:
        raise refuse("PHONE_UNCHANGED", "newPhone")
    if old_phone_lost and not account.email:
        raise refuse("EMAIL_MISSING", "oldPhoneLost")
    await prove(office, actor, password)
    subject = _subject(account, new_phone)
    purpose, mail = (PHONE_LOST, account.email) if old_phone_lost else (OLD_PHONE, None)
    row = await send_code(office, new_phone, NEW_PHONE, subject, "newPhone", address)
    await send_code(office, account.phone, purpose, subject, "newPhone", address, mail)
    return row


def _subject(account: Account, new_phone: str) -> str:
    """A code agrees to one new number, not to any."""
    number = normalized_phone(new_phone).encode()
    return f"account-{account.id}-{hashlib.sha256(number).hexdigest()[:16]}"


async def change_phone(
    office: Office, actor: Actor, new_phone: str, sms_code: str, proof: str, *, old_phone_lost: bool
) -> None:
    """Put the new phone in the old one's place. Other sessions end; the owner is told by mail and
    at the old number.

    Raises Refused: MOBILE_INVALID, PHONE_MISSING, SMS_CODE_WRONG, SMS_CODE_EXPIRED.
    """
    if code := mobile_problem(new_phone):
        raise refuse(code, "newPhone")
    account = await Account.get(id=actor.account_id)
    old_phone = account.phone
    if not old_phone:
        raise refuse("PHONE_MISSING")
    subject, purpose = _subject(account, new_phone), PHONE_LOST if old_phone_lost else OLD_PHONE
    codes = (
        await check_code(new_phone, NEW_PHONE, sms_code, subject),
        await check_code(old_phone, purpose, proof, subject, "proofCode"),
    )
    async with office.act():
        for row in codes:
            await consume_code(row)
        account.phone = normalized_phone(new_phone)
        await account.save(update_fields=["phone"])
        await revoke_other_sessions(actor)
        await tell_account(account, PHONE_SET, f"code-{codes[0].id}", old_phone)
