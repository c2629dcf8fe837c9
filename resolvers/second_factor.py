"""The second factor of officers: an authenticator (TOTP, RFC 6238), and codes in its stead."""

import hashlib
import secrets
from dataclasses import dataclass

import pyotp

from models.account import Account
from models.account_notices import SECOND_FACTOR_SET, tell_account
from models.actor import Actor
from models.clock import now
from models.enums import Role
from models.refusals import refuse
from models.second_factor import RecoveryCode, SecondFactor
from resolvers.guessing import guessing
from resolvers.office import Office
from resolvers.sessions import SignedIn, revoke_other_sessions, rotate
from resolvers.tallies import tallies_inside

ISSUER = "Portcard"
DRIFT = (0, -1, 1)
"""Steps of 30 seconds by which a clock may differ (RFC 6238 §5.2)."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
"""80 bits, so that a plain hash hides one."""


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs; told once."""

    secret: str
    uri: str


async def has_second_factor(account_id: int) -> bool:
    return await SecondFactor.exists(account_id=account_id, secret__isnull=False)


async def is_second_factor(account_id: int, code: str) -> bool:
    """Whether `code` is the authenticator's now, or an unused recovery code. It is used up."""
    tidy = _tidy(code)
    if tidy.isascii() and tidy.isdigit():
        return await _use_code(account_id, tidy)
    rows = RecoveryCode.filter(account_id=account_id, code_hash=_hash(account_id, tidy))
    return bool(await rows.filter(used_at__isnull=True).update(used_at=now()))


def _tidy(code: str) -> str:
    return "".join(code.replace("-", "").split()).upper()


async def _use_code(account_id: int, code: str) -> bool:
    row = await SecondFactor.get(account_id=account_id)
    step = _step(row.secret or "", code)
    if step is None:
        return False
    fresh = SecondFactor.filter(account_id=account_id, last_step__lt=step)
    return bool(await fresh.update(last_step=step))


def _step(secret: str, code: str) -> int | None:
    """The time step whose code it is, near now."""
    totp = pyotp.TOTP(secret)
    present = totp.timecode(now())
    return next((step for drift in DRIFT if _same(totp, step := present + drift, code)), None)


def _same(totp: pyotp.TOTP, step: int, code: str) -> bool:
    return secrets.compare_digest(totp.generate_otp(step).encode(), code.encode())


def _hash(account_id: int, code: str) -> str:
    return hashlib.sha256(f"{account_id}|{code}".encode()).hexdigest()


async def begin_totp(
    office: Office, actor: Actor, password: str, totp: str | None = None
) -> Enrolment:
    """A new secret, of no effect until it is confirmed. Who has one already proves that too.

    Raises Refused: FORBIDDEN, LOGIN_LOCKED, PASSWORD_WRONG, SECOND_FACTOR_REQUIRED,
    SECOND_FACTOR_WRONG.
    """
    if actor.role is Role.ENTERPRISE_ADMIN:
        raise refuse("FORBIDDEN")
    await prove(office, actor, password, totp)
    secret = pyotp.random_base32()
    async with office.act():
        row, _ = await SecondFactor.get_or_create(account_id=actor.account_id)
        row.pending = secret
        await row.save(update_fields=["pending"])
    uri = pyotp.TOTP(secret).provisioning_uri(name=actor.username, issuer_name=ISSUER)
    return Enrolment(secret, uri)


async def prove(office: Office, actor: Actor, password: str, totp: str | None = None) -> None:
    """That it is still the account's owner who sits there.

    Raises Refused: LOGIN_LOCKED, PASSWORD_WRONG, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG.
    """
    async with guessing(office, tallies_inside(actor.account_id)) as guess:
        account = await Account.get(id=actor.account_id)
        if not await office.passwords.matches(account.password_hash, password):
            raise refuse("PASSWORD_WRONG", "password")
        if await has_second_factor(account.id):
            if not totp:
                guess.takes_back()
                raise refuse("SECOND_FACTOR_REQUIRED", "totp")
            if not await is_second_factor(account.id, totp):
                raise refuse("SECOND_FACTOR_WRONG", "totp")
        guess.right()


async def confirm_totp(office: Office, actor: Actor, code: str) -> tuple[list[str], SignedIn]:
    """Put the new secret into force. From now on it is asked for; other sessions end, this one gets
    another token, and recovery codes are told once.

    Raises Refused: SECOND_FACTOR_NOT_BEGUN, SECOND_FACTOR_WRONG.
    """
    async with office.act():
        rows = SecondFactor.filter(account_id=actor.account_id, pending__isnull=False)
        row = await rows.select_for_update().first()
        if row is None:
            raise refuse("SECOND_FACTOR_NOT_BEGUN", "code")
        step = _step(row.pending or "", _tidy(code))
        if step is None:
            raise refuse("SECOND_FACTOR_WRONG", "code")
        row.secret, row.pending, row.last_step = row.pending, None, step
        await row.save()
        codes = await _new_recovery_codes(actor.account_id)
        await revoke_other_sessions(actor)
        signed_in = await rotate(actor)
        account = await Account.get(id=actor.account_id)
        await tell_account(account, SECOND_FACTOR_SET, signed_in.fingerprint)
    return codes, signed_in


async def _new_recovery_codes(account_id: int) -> list[str]:
    await RecoveryCode.filter(account_id=account_id).delete()
    codes = [pyotp.random_base32()[: RECOVERY_BYTES * 8 // 5] for _ in range(RECOVERY_CODES)]
    for code in codes:
        await RecoveryCode.create(account_id=account_id, code_hash=_hash(account_id, code))
    return ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in codes]


async def forget_second_factor(account_id: int) -> None:
    """Take the second factor away, with its recovery codes."""
    await SecondFactor.filter(account_id=account_id).delete()
    await RecoveryCode.filter(account_id=account_id).delete()
