"""PDFs: what is looked at before they become papers."""

from collections.abc import Callable

import pytest

from models.refusals import Refused
from resolvers.inspecting import Inspector
from resolvers.pdf import judged
from tests.conftest import Served
from tests.files import object_stream, pdf, picture, raw_pdf, stream, zeros

SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
HEX_STREAM = b"<</Type/ObjStm/N 1/First 4/Length %d/Filter/ASCIIHexDecode>>stream\n%s\nendstream"
HIDDEN = (b"9 0 " + SCRIPT).hex().encode() + b">"

# fmt: off
GOOD: dict[str, Callable[[], bytes]] = {
    "a page":             pdf,
    "twenty pages":       lambda: pdf(20),
    "by hand":            raw_pdf,
    "text about scripts": lambda: raw_pdf(stream(b"BT (/JavaScript /AA) Tj ET")),
    "packed objects":     lambda: raw_pdf(object_stream(b"<</Title(x)>>")),
    "with blank space":   lambda: raw_pdf() + bytes(100),
}
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing but a head":  (lambda: b"%PDF-1.4\n%%EOF\n", "UPLOAD_DAMAGED"),
    "something before it": (lambda: b"GIF89a" + raw_pdf(), "UPLOAD_DAMAGED"),
    "no end":              (lambda: raw_pdf()[:-8], "UPLOAD_DAMAGED"),
    "a page behind it":    (lambda: raw_pdf() + b"<html>", "UPLOAD_MIXED"),
    "an archive":          (lambda: raw_pdf() + b"PK\x05\x06" + bytes(18), "UPLOAD_MIXED"),
    "encrypted":           (lambda: pdf(1, lambda it: it.encrypt("secret")), "PDF_ENCRYPTED"),
    "for the owner only":  (lambda: pdf(1, lambda it: it.encrypt("", "secret")), "PDF_ENCRYPTED"),
    "script":              (lambda: raw_pdf(SCRIPT), "PDF_ACTIVE"),
    "script, disguised":   (lambda: raw_pdf(b"<</S/J#61vaScript>>"), "PDF_ACTIVE"),
    "script, packed":      (lambda: raw_pdf(object_stream(SCRIPT)), "PDF_ACTIVE"),
    "script, unlisted":    (lambda: raw_pdf().replace(b"xref", SCRIPT + b"xref", 1), "PDF_ACTIVE"),
    "opens":               (lambda: raw_pdf(root=b"/OpenAction 4 0 R"), "PDF_ACTIVE"),
    "acts":                (lambda: raw_pdf(root=b"/AA<</WC 4 0 R>>"), "PDF_ACTIVE"),
    "launches":            (lambda: raw_pdf(b"<</S/Launch/F(cmd.exe)>>"), "PDF_ACTIVE"),
    "form":                (lambda: raw_pdf(root=b"/AcroForm<</XFA 4 0 R>>"), "PDF_ACTIVE"),
    "film":                (lambda: raw_pdf(b"<</Subtype/RichMedia>>"), "PDF_ACTIVE"),
    "file":                (lambda: pdf(1, lambda it: it.add_attachment("a", b"x")), "PDF_ACTIVE"),
    "21 pages":            (lambda: pdf(21), "PDF_PAGES"),
    "no page":             (lambda: pdf(0), "PDF_PAGES"),
    "bomb":                (lambda: raw_pdf(zeros(513)), "PDF_TOO_LARGE"),
    "bombs":               (lambda: raw_pdf(zeros(300), zeros(300)), "PDF_TOO_LARGE"),
    "bomb of objects":     (lambda: raw_pdf(object_stream(bytes(17 * 2**20))), "PDF_TOO_LARGE"),
}
# fmt: on


@pytest.mark.parametrize("name", GOOD)
def test_pdfs_as_people_have_them_are_accepted(name: str) -> None:
    assert judged(GOOD[name]()) is None


@pytest.mark.parametrize("name", BAD)
def test_pdfs_that_act_hide_or_swell_are_refused(name: str) -> None:
    make, code = BAD[name]
    refusal = judged(make())
    assert refusal is not None
    assert refusal.code == code


def test_a_script_in_objects_that_are_packed_in_an_odd_way_is_found() -> None:
    """By the library: the byte-wise reading unpacks deflated streams only."""
    packed = HEX_STREAM % (len(HIDDEN), HIDDEN)
    table = b"\x02\x00\x00\x04\x00\x00"  # one entry: packed, in the stream 4, the first of it
    plain = raw_pdf(packed)
    start = plain.rindex(b"xref\n0")
    width = b"/W[1 4 1]/Index[9 1]/Size 10"
    table = b"\x02" + (4).to_bytes(4) + b"\x00"
    listed = (
        b"5 0 obj<</Type/XRef/Root 1 0 R" + width + b"/Length 6/Prev %d>>stream\n" % start
        + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % len(plain)
    )  # fmt: skip
    refusal = judged(plain + listed)
    assert refusal is not None
    assert refusal.code == "PDF_ACTIVE"


async def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    slow = raw_pdf(zeros(500))
    with pytest.raises(Refused, match="PDF_TOO_LARGE"):
        await Inspector(pdf_seconds=0.05).judge(slow, "application/pdf")


async def test_a_refused_pdf_leaves_no_bytes_and_its_address_usable(served: Served) -> None:
    unit = await (await served.unit()).start()
    good, bad = raw_pdf(b"<</S/Javascript>>"), raw_pdf(b"<</S/JavaScript>>")
    prepared = await unit.prepare("BUSINESS_LICENCE", len(bad), "执照.pdf", "application/pdf")
    response = await unit.put(prepared["upload"], bad)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "PDF_ACTIVE")
    assert list(served.engine.settings.files.iterdir()) == []
    assert (await unit.put(prepared["upload"], good)).status_code == 204
    assert len(list(served.engine.settings.files.iterdir())) == 1


async def test_a_picture_that_says_it_is_a_pdf_is_none(served: Served) -> None:
    unit = await (await served.unit()).start()
    content = picture("PNG")
    prepared = await unit.prepare("BUSINESS_LICENCE", len(content), "a.pdf", "application/pdf")
    assert (await unit.put(prepared["upload"], content)).status_code == 415
