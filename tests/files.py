"""Files as people upload them, and as attackers do."""

import zlib
from collections.abc import Callable, Sequence
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter

NOISE = bytes(range(256)) * 12


def picture(form: str, size: tuple[int, int] = (32, 32), **options: object) -> bytes:
    """Not of one colour, so that it has bytes to break."""
    out = BytesIO()
    frame = Image.frombytes("RGB", (32, 32), NOISE).resize(size)
    frame.save(out, form, **options)
    return out.getvalue()


def moving(form: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "white", "blue")]
    out = BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return len(content).to_bytes(4) + kind + content + check.to_bytes(4)


def png_of(width: int, height: int) -> bytes:
    """Its header says so; there is one line of it."""
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((1, 0, 0, 0, 0))
    line = zlib.compress(bytes(1 + (width + 7) // 8))
    chunks = (chunk(b"IHDR", header), chunk(b"IDAT", line), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def pdf(pages: int = 1, change: Callable[[PdfWriter], object] = lambda _: None) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def raw_pdf(*objects: bytes, root: bytes = b"", trailer: bytes = b"") -> bytes:
    """One page by hand; `objects` follow as 4, 5 …, `root` and `trailer` are more of theirs."""
    pages = (
        b"<</Type/Catalog/Pages 2 0 R" + root + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )
    return _written([*pages, *objects], trailer)


def _written(objects: Sequence[bytes], trailer: bytes) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start, count = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R%s>>\n" % (count, trailer)
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def stream(content: bytes, more: bytes = b"") -> bytes:
    """A deflated stream."""
    packed = zlib.compress(content, 9)
    head = b"<</Length %d/Filter/FlateDecode%s>>" % (len(packed), more)
    return head + b"stream\n" + packed + b"\nendstream"


def object_stream(content: bytes) -> bytes:
    """One that packs the object 9."""
    return stream(b"9 0 " + content, b"/Type/ObjStm/N 1/First 4")


def zeros(mebibytes: int) -> bytes:
    """A deflated stream of so many zeros: one block of them again and again."""
    packer = zlib.compressobj(9)
    first, block = [packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in "12"]
    packed = first + block * (mebibytes - 1)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)
