"""What follows the end of a file: a few bytes of a camera, or a second file that rides along."""

import re
import zipfile
from io import BytesIO

LONGEST = 64 * 1024
"""Bytes. Cameras add notes of their own behind a picture; nobody needs more."""
OTHERS = re.compile(rb"<!doctype|<html|<script|<svg|<\?php|<\?xml|%PDF-", re.IGNORECASE)


def is_mixed(content: bytes, end: int) -> bool:
    """Whether `content`, which should end at `end`, is also something else: an archive, a page."""
    trailer = content[end:]
    if len(trailer) > LONGEST or OTHERS.search(trailer):
        return True
    return zipfile.is_zipfile(BytesIO(content))
