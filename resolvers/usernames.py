"""One username, one person, wherever they are kept: accounts and operators' accounts alike."""

from models.account import Account
from models.enterprise import OperatorAccount

NAMING = "usernames"
"""Who gives a name away does it alone (models.database.alone): two tables share the names."""


async def is_taken(username: str) -> bool:
    return await Account.exists(username=username) or await OperatorAccount.exists(
        username=username
    )
