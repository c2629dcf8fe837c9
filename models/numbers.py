"""Numbers that people read: of applications and of cards."""

from datetime import datetime

from models.clock import BEIJING


def application_number(moment: datetime, row_id: int) -> str:
    """`XB` (新办) + the date in Beijing + the row's number: unique, and sorts by time."""
    return f"XB{moment.astimezone(BEIJING):%Y%m%d}{row_id:08d}"


def card_number(of: str, index: int) -> str:
    """The application's number + `-` + two digits; 01 is the legal card."""
    return f"{of}-{index:02d}"
