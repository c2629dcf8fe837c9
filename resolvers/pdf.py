"""PDFs among the papers: pages to look at, and nothing that acts, hides or swells.

A PDF is read twice. Once byte by byte, whatever its tables say, for viewers repair broken tables
each in their own way; and once by a library, which follows the tables and unpacks what they name.
Run in a process that can be ended: readers of PDF have been made to loop before.
"""

import logging
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from models.refusals import Refusal
from resolvers.trailers import is_mixed

MOST_PAGES = 20
MOST_UNPACKED = 512 * 2**20
"""Bytes of all streams: twenty scanned pages, A4 in colour at 300 dpi."""
MOST_OF_A_TABLE = 16 * 2**20
"""Bytes of the objects packed in one stream."""
BITE, PIECE = 2**16, 2**20
"""Bytes that are unpacked at a time, and that come of it at most."""
HEAD, END = b"%PDF-", b"%%EOF"
ACTIVE = frozenset({
    "AA", "EmbeddedFile", "EmbeddedFiles", "ImportData", "JavaScript", "JS", "Launch", "OpenAction",
    "RichMedia", "SubmitForm", "XFA",
})  # fmt: skip
"""Names (ISO 32000-2, 7.3.5) of what a viewer does by itself, fetches, sends or carries along."""
NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n")
STREAMS = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
BEFORE = 400
"""Bytes before a stream that hold its dictionary, as far as its kind is told there."""


class SwollenError(Exception):
    """What is packed in it is more than anybody looks at."""


def judged(content: bytes) -> Refusal | None:
    """Why it is refused, if it is: UPLOAD_DAMAGED, UPLOAD_MIXED, PDF_ENCRYPTED, PDF_ACTIVE,
    PDF_PAGES, PDF_TOO_LARGE.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it repairs is of no interest
    if not content.startswith(HEAD) or END not in content:
        return Refusal("UPLOAD_DAMAGED")
    if is_mixed(content, content.rindex(END) + len(END)):
        return Refusal("UPLOAD_MIXED")
    try:
        return _by_bytes(content) or _by_tables(content)
    except (SwollenError, LimitReachedError, MemoryError):
        return Refusal("PDF_TOO_LARGE")
    except Exception:  # noqa: BLE001 - on broken files the library raises whatever it stumbles over
        return Refusal("UPLOAD_DAMAGED")


def _by_bytes(content: bytes) -> Refusal | None:
    names = _names(STREAMS.sub(b" ", content))
    for packed in _packed_objects(content):
        names |= _names(packed)
    if "Encrypt" in names:
        return Refusal("PDF_ENCRYPTED")
    return Refusal("PDF_ACTIVE") if names & ACTIVE else None


def _names(text: bytes) -> set[str]:
    return {_plain(name).decode("latin-1") for name in NAME.findall(text)}


def _plain(name: bytes) -> bytes:
    return ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), name)


def _packed_objects(content: bytes) -> Iterator[bytes]:
    """What the object streams hold (ISO 32000-2, 7.5.7). Every stream is unpacked and counted, but
    only theirs is kept.
    """
    left = MOST_UNPACKED
    for stream in STREAM.finditer(content):
        head = _plain(content[max(0, stream.start() - BEFORE) : stream.start()])
        keep = MOST_OF_A_TABLE if b"ObjStm" in head else 0
        size, kept = _unpacked(content, stream.end(), left, keep)
        left -= size
        yield kept


def _unpacked(content: bytes, start: int, most: int, keep: int) -> tuple[int, bytes]:
    """How many bytes a deflated stream is, and all of them if they are to be kept. Raises
    SwollenError when they are more than `most`, or than `keep`.
    """
    size, kept = 0, bytearray()
    for piece in _inflated(content, start):
        size += len(piece)
        kept += piece if keep else b""
        if size > most or (keep and size > keep):
            raise SwollenError
    return size, bytes(kept)


def _inflated(content: bytes, start: int) -> Iterator[bytes]:
    """A deflated stream in pieces; it ends where it is none, or no more."""
    inflater = zlib.decompressobj()
    with suppress(zlib.error):
        for at in range(start, len(content), BITE):
            rest = content[at : at + BITE]
            while rest and not inflater.eof:
                yield inflater.decompress(rest, PIECE)
                rest = inflater.unconsumed_tail
            if inflater.eof:
                return


def _by_tables(content: bytes) -> Refusal | None:
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        return Refusal("PDF_ENCRYPTED")
    if not ACTIVE.isdisjoint(_keys(_objects(reader))):
        return Refusal("PDF_ACTIVE")
    pages = len(reader.pages)
    return None if 0 < pages <= MOST_PAGES else Refusal("PDF_PAGES", (), {"limit": MOST_PAGES})


def _objects(reader: PdfReader) -> Iterator[Any]:
    yield reader.trailer
    for generation, rows in reader.xref.items():
        for number in rows:
            yield reader.get_object(IndirectObject(number, generation, reader))
    for number in reader.xref_objStm:
        yield reader.get_object(IndirectObject(number, 0, reader))


def _keys(objects: Iterable[Any]) -> Iterator[str]:
    """The keys of all dictionaries in `objects`, and the names that are values in them."""
    for thing in objects:
        waiting = [thing]
        while waiting:
            part = waiting.pop()
            if isinstance(part, DictionaryObject):
                yield from (str(key).removeprefix("/") for key in part)
                waiting += [dict.__getitem__(part, key) for key in part]
            elif isinstance(part, ArrayObject):
                waiting += list.__iter__(part)
            elif isinstance(part, str) and part.startswith("/"):
                yield part.removeprefix("/")
