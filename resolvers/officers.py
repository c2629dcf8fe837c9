"""RA officers and the platform's administrators, added from the command line."""

from models.account import Account
from models.database import alone, transaction
from models.enums import Role
from models.institution import Institution
from models.password_rules import password_problem
from models.refusals import refuse
from resolvers.passwords import Passwords
from resolvers.registration import USERNAME
from resolvers.second_factor import forget_second_factor
from resolvers.sessions import revoke_all_sessions
from resolvers.tallies import forget_guesses
from resolvers.usernames import NAMING, is_taken


async def add_officer(
    passwords: Passwords, username: str, password: str, institution: Institution | None
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
    async with transaction():
        await alone(NAMING)
        if await is_taken(username):
            raise refuse("USERNAME_TAKEN")
        return await Account.create(
            username=username,
            name=username,
            password_hash=password_hash,
            role=Role.RA_OFFICER if institution else Role.PLATFORM_ADMIN,
            institution=institution,
        )


async def set_password(passwords: Passwords, username: str, password: str) -> None:
    """Give an account another password."""
    password_hash = await passwords.hash(password)
    await Account.filter(username=username).update(password_hash=password_hash)


async def reset_officer(passwords: Passwords, username: str, password: str | None) -> None:
    """Let in again who has lost the second factor and, with a new `password`, that too. Their
    sessions end, and what was counted against the account.

    Raises Refused: OFFICER_UNKNOWN, PASSWORD_LENGTH, PASSWORD_IS_USERNAME, PASSWORD_COMMON.
    """
    account = await Account.filter(username=username, enterprise_id__isnull=True).first()
    if account is None:
        raise refuse("OFFICER_UNKNOWN")
    if password is not None and (code := password_problem(username, password)):
        raise refuse(code)
    if password is not None:
        await set_password(passwords, username, password)
    async with transaction():
        await forget_second_factor(account.id)
        await revoke_all_sessions(account.id)
    await forget_guesses(username)


async def institution_called(text: str) -> Institution | None:
    """The institution of that code or name."""
    return await Institution.get_or_none(code=text) or await Institution.get_or_none(name=text)
