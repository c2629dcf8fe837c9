"""RA officers and the platform's administrators, added from the command line."""

from models.account import Account
from models.database import alone, transaction
from models.enums import Role
from models.institution import Institution
from models.password_rules import password_problem
from models.refusals import refuse
from resolvers.passwords import Passwords
from resolvers.registration import USERNAME
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


async def institution_called(text: str) -> Institution | None:
    """The institution of that code or name."""
    return await Institution.get_or_none(code=text) or await Institution.get_or_none(name=text)
