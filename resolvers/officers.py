"""RA officers and the platform's administrators, added from the command line."""

from models.account import Account
from models.database import alone
from models.enums import Role
from models.institution import Institution
from models.password_rules import password_problem
from models.refusals import refuse
from resolvers.passwords import Passwords
from resolvers.registration import USERNAME
from resolvers.second_factor import forget_second_factor
from resolvers.sessions import revoke_all_sessions
from resolvers.tallies import forget_guesses
from resolvers.trail import ACCOUNT, Trail
from resolvers.usernames import NAMING, is_taken


async def add_officer(
    trail: Trail,
    passwords: Passwords,
    username: str,
    password: str,
    institution: Institution | None,
) -> Account:
    """An officer of `institution`, or an administrator of the platform for None.

    Raises Refused: USERNAME_FORMAT, USERNAME_TAKEN, PASSWORD_LENGTH, PASSWORD_IS_USERNAME,
    PASSWORD_COMMON.
    """
    if not USERNAME.fullmatch(username):
        raise refuse("USERNAME_FORMAT")
    if code := password_problem(username, password):
        raise refuse(code)
    password_hash = await passwords.hash(password)
    async with trail.recorded() as deed:
        await alone(NAMING)
        if await is_taken(username):
            raise refuse("USERNAME_TAKEN")
        account = await Account.create(
            username=username,
            name=username,
            password_hash=password_hash,
            role=Role.RA_OFFICER if institution else Role.PLATFORM_ADMIN,
            institution=institution,
        )
        deed.concerns(ACCOUNT, account.id)
        return account


async def set_password(trail: Trail, passwords: Passwords, username: str, password: str) -> None:
    """Give an account another password."""
    password_hash = await passwords.hash(password)
    async with trail.recorded() as deed:
        account = await Account.get(username=username)
        deed.concerns(ACCOUNT, account.id)
        await Account.filter(id=account.id).update(password_hash=password_hash)


async def reset_officer(
    trail: Trail, passwords: Passwords, username: str, password: str | None
) -> None:
    """Let in again who has lost the second factor and, with a new `password`, that too. Their
    sessions end, and what was counted against the account.

    Raises Refused: OFFICER_UNKNOWN, PASSWORD_LENGTH, PASSWORD_IS_USERNAME, PASSWORD_COMMON.
    """
    account = await Account.filter(username=username, enterprise_id__isnull=True).first()
    if account is None:
        raise refuse("OFFICER_UNKNOWN")
    if password is not None and (code := password_problem(username, password)):
        raise refuse(code)
    kept = {"password_hash": await passwords.hash(password)} if password is not None else {}
    async with trail.recorded() as deed:
        deed.concerns(ACCOUNT, account.id)
        if kept:
            await Account.filter(id=account.id).update(**kept)
        await forget_second_factor(account.id)
        await revoke_all_sessions(account.id)
    await forget_guesses(username)


async def institution_called(text: str) -> Institution | None:
    """The institution of that code or name."""
    return await Institution.get_or_none(code=text) or await Institution.get_or_none(name=text)
