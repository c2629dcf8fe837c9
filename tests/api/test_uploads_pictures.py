"""Pictures: what is looked at before they become papers."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from models.refusals import Refused
from resolvers.pictures import judge_picture
from server.settings import Environment, Settings
from tests.client import PNG as ONE_PIXEL
from tests.conftest import Served
from tests.files import chunk, moving, picture, png_of

PNG, JPEG = "image/png", "image/jpeg"


def _archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.js", "alert(1)")
    return out.getvalue()


def _telephones() -> bytes:
    """A JPEG with a preview behind it, and the notes of the telephone behind that."""
    out = BytesIO()
    whole, small = (Image.new("RGB", (side, side), "white") for side in (64, 16))
    whole.save(out, "MPO", save_all=True, append_images=[small])
    return out.getvalue() + b"SEFH" + bytes(500) + b"SEFT"


def _spoilt() -> bytes:
    content = picture("PNG")
    start = content.index(b"IDAT") + 4
    return content[:start] + bytes(50) + content[start + 50 :]


def _many_scans() -> bytes:
    """The scans of a progressive picture, again and again."""
    content = picture("JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * 100 + content[-2:]


# fmt: off
GOOD: dict[str, tuple[Callable[[], bytes], str]] = {
    "one pixel":         (lambda: ONE_PIXEL, PNG),
    "png":               (lambda: picture("PNG"), PNG),
    "jpeg":              (lambda: picture("JPEG"), JPEG),
    "progressive":       (lambda: picture("JPEG", progressive=True), JPEG),
    "telephone's":       (_telephones, JPEG),
    "with a short note": (lambda: picture("PNG") + bytes(16), PNG),
}
BAD: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "cut jpeg":       (lambda: picture("JPEG")[:-40], JPEG, "UPLOAD_DAMAGED"),
    "cut png":        (lambda: picture("PNG")[:-20], PNG, "UPLOAD_DAMAGED"),
    "spoilt png":     (_spoilt, PNG, "UPLOAD_DAMAGED"),
    "only a head":    (lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), PNG, "UPLOAD_DAMAGED"),
    "png as jpeg":    (lambda: picture("PNG"), JPEG, "UPLOAD_DAMAGED"),
    "endless scans":  (_many_scans, JPEG, "UPLOAD_DAMAGED"),
    "bomb":           (lambda: png_of(30_000, 30_000), PNG, "UPLOAD_TOO_LARGE_IMAGE"),
    "lesser bomb":    (lambda: png_of(10_000, 10_000), PNG, "UPLOAD_TOO_LARGE_IMAGE"),
    "41 megapixels":  (lambda: png_of(41_000, 1_000), PNG, "UPLOAD_TOO_LARGE_IMAGE"),
    "moving png":     (lambda: moving("PNG"), PNG, "UPLOAD_ANIMATED"),
    "with archive":   (lambda: picture("PNG") + _archive(), PNG, "UPLOAD_MIXED"),
    "with page":      (lambda: picture("JPEG") + b"<script>x</script>", JPEG, "UPLOAD_MIXED"),
    "with pdf":       (lambda: picture("JPEG") + b"%PDF-1.4", JPEG, "UPLOAD_MIXED"),
    "with a burden":  (lambda: picture("PNG") + bytes(65537), PNG, "UPLOAD_MIXED"),
}
OTHERS: dict[str, bytes] = {
    "gif":  moving("GIF"),
    "svg":  b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": b"<!doctype html><html><script>alert(1)</script></html>",
}
# fmt: on


@pytest.mark.parametrize("name", GOOD)
def test_pictures_as_people_have_them_are_accepted(name: str) -> None:
    make, content_type = GOOD[name]
    judge_picture(make(), content_type)


@pytest.mark.parametrize("name", BAD)
def test_pictures_that_are_broken_too_large_moving_or_two_files_are_refused(name: str) -> None:
    make, content_type, code = BAD[name]
    with pytest.raises(Refused) as refused:
        judge_picture(make(), content_type)
    assert [refusal.code for refusal in refused.value.refusals] == [code]


async def test_a_refused_picture_leaves_no_bytes_and_its_address_usable(served: Served) -> None:
    unit = await (await served.unit()).start()
    good, bad = picture("PNG") + bytes(7), picture("PNG") + b"<script"
    prepared = await unit.prepare("BUSINESS_LICENCE", len(bad))
    response = await unit.put(prepared["upload"], bad)
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"code": "UPLOAD_MIXED", "message": "文件中夹带了其他文件", "path": []}
    ]
    assert list(served.engine.settings.files.iterdir()) == []
    assert (await unit.put(prepared["upload"], good)).status_code == 204


@pytest.mark.parametrize("name", OTHERS)
async def test_what_is_no_picture_is_refused_whatever_it_says_it_is(
    served: Served, name: str
) -> None:
    unit = await (await served.unit()).start()
    prepared = await unit.prepare("BUSINESS_LICENCE", len(OTHERS[name]))
    response = await unit.put(prepared["upload"], OTHERS[name])
    assert (response.status_code, response.json()["errors"][0]["code"]) == (415, "UPLOAD_TYPE")


@pytest.mark.parametrize(("told", "status"), [(None, 204), ("taken", 204), ("refused", 422)])
async def test_what_cannot_be_opened_is_taken_on_a_laptop_unless_it_is_told_otherwise(
    settings: Settings, serve: Callable[[Settings], Any], told: str | None, status: int
) -> None:
    async with serve(settings.model_copy(update={"damaged_papers": told})) as served:
        unit = await (await served.unit()).start()
        content = b"\x89PNG\r\n\x1a\n" + b"sketched" * 20_000
        prepared = await unit.prepare("BUSINESS_LICENCE", len(content))
        assert (await unit.put(prepared["upload"], content)).status_code == status
    production = Settings.model_construct(env=Environment.PRODUCTION, damaged_papers=None)
    assert not production.takes_damaged_papers
