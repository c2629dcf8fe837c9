"""How many wrong guesses are borne, and how long one waits after them: the table and its rows."""

from dataclasses import dataclass
from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

NONE, HOUR, DAY = timedelta(), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Patience:
    """`delays`: (wrong guesses, the wait after that many), growing and bounded. `captcha_after`: as
    many wrong guesses ask for a captcha; None: never. `at_once`: as many are looked at side by side
    in one process, and no more.
    """

    captcha_after: int | None
    delays: tuple[tuple[int, timedelta], ...]
    forgotten_after: timedelta
    at_once: int

    def delay(self, failures: int) -> timedelta:
        """The wait after `failures` wrong guesses."""
        return max((wait for count, wait in self.delays if failures >= count), default=NONE)

    def wants_captcha(self, failures: int) -> bool:
        return self.captcha_after is not None and failures >= self.captcha_after


def _minutes(*delays: tuple[int, float]) -> tuple[tuple[int, timedelta], ...]:
    return tuple((count, timedelta(minutes=minutes)) for count, minutes in delays)


# fmt: off
FEW  = _minutes((5, 0.5), (6, 1), (7, 2), (8, 4), (9, 8), (10, 15))
MANY = _minutes((50, 0.5), (60, 2), (70, 5), (80, 15))

# against an account from outside, by a session that is open already, from an address
#                  captcha, delays, forgotten, at once
ACCOUNT = Patience(3,       FEW,    DAY,       1)
INSIDE  = Patience(None,    FEW,    DAY,       1)
ADDRESS = Patience(20,      MANY,   HOUR,      8)
# fmt: on


class Guesses(Model):
    """The wrong guesses against one account or from one address, several processes' together.

    `key` is a hash, so that no made-up name is kept. After `expires_at` it counts nothing.
    """

    key = fields.CharField(max_length=64, primary_key=True)
    failures = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "guesses"
