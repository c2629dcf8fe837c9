"""The one place that asks what time it is, so that tests may travel."""

from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Beijing, by which Chinese papers expire."""
    return datetime.now(BEIJING).date()
