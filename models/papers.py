"""The rules of papers (证明材料): what may be uploaded, and how long it can be viewed."""

import re
from datetime import datetime, timedelta

from models.application import Application, Attachment
from models.enums import ApplicationStatus, AttachmentStatus

EXTENSIONS = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "application/pdf": (".pdf",),
}
"""Of the content types that are accepted; the first is the usual one."""
EXTENSION = re.compile(r"\.(?=[^.]*[A-Za-z])[A-Za-z0-9]{1,10}$")
"""What systems take for one; `执照 v1.2` and `1.执照` have none."""
MOST_OF_A_KIND = 10
VIEWABLE = timedelta(days=30)
"""Then papers are archived and can no longer be viewed (manual §6)."""
LONGEST_NAME = 120
DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
"""Windows opens these whatever extension follows (Microsoft, Naming Files)."""
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
    """A file's name on any system: no folder, no control character, no last dot, no device."""
    plain = name.strip()
    return (
        0 < len(plain) <= LONGEST_NAME
        and plain.isprintable()
        and not set(plain) & set('/\\:*?"<>|')
        and not plain.endswith(".")
        and not DEVICE.fullmatch(plain.split(".")[0].strip())
    )


def fits(name: str, content_type: str) -> bool:
    """Whether the name's extension, if it has one, is of that type; an unknown type is another
    matter.
    """
    found = EXTENSION.search(name.strip())
    known = EXTENSIONS.get(content_type)
    return not found or not known or found[0].lower() in known
