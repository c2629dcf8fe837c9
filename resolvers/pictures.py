"""Pictures among the papers: really what they say, of one frame, and not too large to look at."""

import re
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from models.refusals import refuse
from resolvers.trailers import is_mixed

MEGAPIXEL = 10**6
MOST_MEGAPIXELS = 40
MOST_SCANS = 64
"""Of a progressive JPEG, which is decoded once a scan; encoders make about ten."""
MOST_PICTURES = 8
"""One behind another in a JPEG, as telephones keep previews (CIPA DC-007)."""
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
PNG_HEAD, PNG_FRAME = 8, 12
JPEG_START = b"\xff\xd8"
MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
SCAN, END = 0xDA, 0xD9
ALONE = frozenset({0x01, 0xD8})
"""Markers without a length (ITU-T T.81, B.1.1.3); restarts are among the data."""
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, IndexError, EOFError)
"""What Pillow raises on bytes that are no picture."""


def judge_picture(content: bytes, content_type: str) -> None:
    """Raises Refused: UPLOAD_DAMAGED, UPLOAD_TOO_LARGE_IMAGE, UPLOAD_ANIMATED, UPLOAD_MIXED. Its
    size is judged by its header, before a pixel is decoded.
    """
    end = _jpeg_end(content) if content_type == "image/jpeg" else _png_end(content)
    if is_mixed(content, end):
        raise refuse("UPLOAD_MIXED")
    try:
        _judge(content, FORMATS[content_type])
    except BOMBS:
        raise _too_large() from None
    except BROKEN:
        raise refuse("UPLOAD_DAMAGED") from None


def _judge(content: bytes, form: str) -> None:
    with Image.open(BytesIO(content), formats=(form,)) as picture:
        if picture.width * picture.height > MOST_MEGAPIXELS * MEGAPIXEL:
            raise _too_large()
        if picture.format == "PNG" and getattr(picture, "is_animated", False):
            raise refuse("UPLOAD_ANIMATED")
        picture.load()


def _too_large() -> Exception:
    return refuse("UPLOAD_TOO_LARGE_IMAGE", limit=MOST_MEGAPIXELS)


def _png_end(content: bytes) -> int:
    """Behind the chunk IEND (ISO/IEC 15948, 11.2.5)."""
    at = PNG_HEAD
    while at + PNG_FRAME <= len(content):
        kind = content[at + 4 : at + 8]
        at += PNG_FRAME + int.from_bytes(content[at : at + 4])
        if kind == b"IEND" and at <= len(content):
            return at
    raise refuse("UPLOAD_DAMAGED")


def _jpeg_end(content: bytes) -> int:
    """Behind the last of its pictures."""
    end = _picture_end(content, 0)
    for _ in range(MOST_PICTURES):
        if not content.startswith(JPEG_START, end):
            break
        end = _picture_end(content, end)
    return end


def _picture_end(content: bytes, start: int) -> int:
    """Behind the marker EOI of the picture that begins at `start` (ITU-T T.81, B.2.1)."""
    at, scans = start, 0
    while marker := MARKER.search(content, at):
        at, code = marker.end(), marker[1][0]
        if code == END:
            return at
        scans += code == SCAN
        if scans > MOST_SCANS:
            break
        at += 0 if code in ALONE else int.from_bytes(content[at : at + 2])
    raise refuse("UPLOAD_DAMAGED")
