"""The rules of papers (证明材料): what may be uploaded, and how long it can be viewed."""

from datetime import datetime, timedelta

from models.application import Application, Attachment
from models.enums import ApplicationStatus, AttachmentStatus

CONTENT_TYPES = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}
MOST_OF_A_KIND = 10
VIEWABLE = timedelta(days=30)
"""Then papers are archived and can no longer be viewed (manual §6)."""
LONGEST_NAME = 120
IN_HAND = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.RETURNED})


def status_of(
    paper: Attachment, application: Application, moment: datetime, *, for_unit: bool
) -> AttachmentStatus:
    """STORED papers are ARCHIVED 30 days after the last submission (manual §6), but to their unit
    not while it is mending them.
    """
    if paper.status is not AttachmentStatus.STORED or application.submitted_at is None:
        return paper.status
    old = application.submitted_at + VIEWABLE < moment
    if old and not (for_unit and application.status in IN_HAND):
        return AttachmentStatus.ARCHIVED
    return paper.status


def is_proper_name(name: str) -> bool:
    """A file's name: no folder, no control character, not only dots."""
    plain = name.strip()
    return (
        0 < len(plain) <= LONGEST_NAME
        and plain.isprintable()
        and not set(plain) & set('/\\:*?"<>|')
        and plain.strip(". ") != ""
    )
