"""How many SMS codes are sent: to one phone, about one subject, on the request of one address.

An SMS costs money and annoys who did not ask for it. The limits are rolling windows over the codes
that were asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from models.clock import now
from models.code import SmsCode
from models.refusals import RetryLater
from resolvers.office import Office

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class SmsLimit:
    """At most `most` codes `within` a time that agree in `column`."""

    column: str
    most: int
    within: timedelta


# fmt: off
LIMITS = (
    SmsLimit("phone",   10, HOUR),
    SmsLimit("phone",   20, DAY),
    SmsLimit("subject", 10, HOUR),
    SmsLimit("subject", 20, DAY),
)
# fmt: on
SEARCHED = {"phone": "phone_hash"}
"""What is sealed is found by its hash."""


def _limits(office: Office) -> Iterator[SmsLimit]:
    yield from LIMITS
    if most := office.terms.sms_per_address:
        yield SmsLimit("network", most, HOUR)


async def over_limit(office: Office, row: SmsCode, place: str) -> RetryLater | None:
    """SMS_LIMIT if `row`, which is not saved yet, would be one code too many."""
    for limit in _limits(office):
        value = getattr(row, limit.column)
        if value and (refusal := await _over(limit, value, place)):
            return refusal
    return None


async def _over(limit: SmsLimit, value: str, place: str) -> RetryLater | None:
    since = now() - limit.within
    column = SEARCHED.get(limit.column, limit.column)
    rows = SmsCode.filter(**{column: value}, created_at__gt=since).order_by("-id")
    last = await rows.offset(limit.most - 1).first()
    if last is None:
        return None
    return RetryLater("SMS_LIMIT", (place,), retry_at=last.created_at + limit.within)
