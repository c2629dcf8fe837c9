"""Names of papers, as any system may keep them."""

import pytest

from models.papers import fits, is_proper_name

PNG, JPEG, PDF = "image/png", "image/jpeg", "application/pdf"
# fmt: off
PROPER = [
    "执照.png", "ID of 张三 (1).JPG", "a", "执照 v1.2", ".x", "a.tar.pdf", "console.png",
    "com10.png", " a.png ", "x" * 120,
]
IMPROPER = [
    "", " ", ".", "..", ". .", "a.", "a.png.", "a. ", "/a.png", "../a.png", "a\\b.png", "C:a.png",
    "a\x00.png", "a\n.png", "a\u202egnp.exe", "a\u200b.png", "x" * 121,
    "CON", "con.png", "nul.tar.png", "Aux .png", "COM1.pdf", "lpt9", "com¹.png", "CONOUT$",
]
FITTING = [
    ("执照.png", PNG), ("a.PNG", PNG), ("a.jpg", JPEG), ("a.jpeg", JPEG), ("a.pdf", PDF),
    ("a", PDF), ("执照 v1.2", PNG), ("1.执照", PNG), ("a.exe.png", PNG),
    ("a.anything", "text/html"),
]
UNFIT = [
    ("a.exe", PNG), ("a.png.exe", PNG), ("a.png", JPEG), ("a.jpg", PDF), ("a.html", PDF),
    ("a.pdf", PNG), ("a.svg ", PNG), ("a.7z", PDF),
]
# fmt: on


@pytest.mark.parametrize("name", PROPER)
def test_names_that_any_system_keeps_are_proper(name: str) -> None:
    assert is_proper_name(name)


@pytest.mark.parametrize("name", IMPROPER)
def test_names_that_lead_elsewhere_hide_something_or_are_devices_are_not(name: str) -> None:
    assert not is_proper_name(name)


@pytest.mark.parametrize(("name", "content_type"), FITTING)
def test_an_extension_is_of_the_declared_type_or_absent(name: str, content_type: str) -> None:
    assert fits(name, content_type)


@pytest.mark.parametrize(("name", "content_type"), UNFIT)
def test_an_extension_of_another_type_does_not_fit(name: str, content_type: str) -> None:
    assert not fits(name, content_type)
