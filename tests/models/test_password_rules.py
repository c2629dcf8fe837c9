"""What a password may be."""

import pytest
from argon2 import PasswordHasher

from models.password_rules import COMMON, password_problem
from resolvers.passwords import Passwords

# fmt: off
RULES = [
    ("short",                      "PASSWORD_LENGTH"),
    ("seven77",                    "PASSWORD_LENGTH"),
    ("eight888x",                  None),
    ("x" * 128,                    None),
    ("x" * 129,                    "PASSWORD_LENGTH"),
    ("长长长长长长长密",           None),
    ("\ufdfa" * 100,               "PASSWORD_LENGTH"),
    ("unit-name",                  "PASSWORD_IS_USERNAME"),
    ("Unit-Name",                  "PASSWORD_IS_USERNAME"),
    ("my unit-name 1",             "PASSWORD_IS_USERNAME"),
    ("ｕｎｉｔ－ｎａｍｅ",         "PASSWORD_IS_USERNAME"),
    ("unit-name!26",               "PASSWORD_IS_USERNAME"),
    ("unit-name and a horse",      None),
    ("12345678",                   "PASSWORD_COMMON"),
    ("PassWord1",                  "PASSWORD_COMMON"),
    ("１２３４５６７８９",         "PASSWORD_COMMON"),
    ("woaini1314",                 "PASSWORD_COMMON"),
    ("correct horse battery",      None),
]
# fmt: on


@pytest.mark.parametrize(("password", "code"), RULES)
def test_a_password_is_long_not_well_known_and_not_the_username(
    password: str, code: str | None
) -> None:
    assert password_problem("unit-name", password) == code


def test_the_list_is_small_and_in_small_letters() -> None:
    lines = COMMON.read_text("ascii").splitlines()
    assert 4000 < len(lines) < 8000
    assert len(set(lines)) == len(lines)
    assert all(line == line.lower() and len(line) >= 8 for line in lines)


async def test_a_password_is_the_same_on_every_keyboard() -> None:
    passwords = Passwords()
    kept = await passwords.hash("ｐａｓｓ ｐｈｒａｓｅ é")
    assert await passwords.matches(kept, "pass phrase e\u0301")
    assert not await passwords.matches(kept, "pass phrase e")


async def test_a_hash_of_the_password_as_typed_still_opens() -> None:
    old = PasswordHasher().hash("ｐａｓｓ ｐｈｒａｓｅ")
    assert await Passwords().matches(old, "ｐａｓｓ ｐｈｒａｓｅ")
    assert not await Passwords().matches(old, "another phrase")
    passwords = Passwords()
    passwords.nobodys = old
    assert not await passwords.matches(None, "ｐａｓｓ ｐｈｒａｓｅ")
