"""Identifiers, by published vectors and by what their check digits promise."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import identifiers as ids
from models.enums import IdType

TODAY = date(2026, 11, 23)
USCC = "91350100M000100Y43"  # GB 32100-2015, its own example
RESIDENT = "11010519491231002X"  # GB 11643-1999, its own example


@pytest.mark.parametrize("code", [USCC, "91110000600037341L"])
def test_a_published_credit_code_is_accepted(code: str) -> None:
    assert ids.uscc_problem(code) is None
    assert ids.organization_code_problem(ids.organization_code_of(code)) is None


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (USCC[:-1], "USCC_LENGTH"),
        (USCC + "0", "USCC_LENGTH"),
        ("", "USCC_LENGTH"),
        (USCC.replace("M", "I"), "USCC_ALPHABET"),
        ("O" + USCC[1:], "USCC_ALPHABET"),
        ("B" + USCC[1:], "USCC_CATEGORY"),
        ("94" + USCC[2:], "USCC_CATEGORY"),
        (USCC[:-1] + "4", "USCC_CHECK_DIGIT"),
    ],
)
def test_a_credit_code_is_refused_for_its_first_fault(code: str, problem: str) -> None:
    assert ids.uscc_problem(code) == problem


AUTHORITIES = sorted((a, c) for a, cs in ids.USCC_CATEGORIES.items() for c in cs)


@given(
    st.sampled_from(AUTHORITIES),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ids.USCC_ALPHABET, min_size=9, max_size=9),
)
def test_a_credit_code_with_its_check_digit_is_accepted(
    kind: tuple[str, str], region: str, organization: str
) -> None:
    body = "".join(kind) + region + organization
    assert ids.uscc_problem(body + ids.uscc_check(body)) is None


@given(st.integers(2, 16), st.sampled_from(ids.USCC_ALPHABET))
def test_one_wrong_character_in_a_credit_code_is_found(place: int, mark: str) -> None:
    changed = USCC[:place] + mark + USCC[place + 1 :]
    assert (ids.uscc_problem(changed) is None) is (changed == USCC)


@pytest.mark.parametrize("code", ["M000100Y4", "000000000", "123456788"])
def test_an_organisation_code_counts_its_check_digit(code: str) -> None:
    assert (ids.organization_code_problem(code) is None) is (
        code[-1] == ids.organization_check(code[:-1])
    )


@pytest.mark.parametrize("code", ["M000100Y-4", "M000100Y", "m000100Y4 1", "M000100YA", ""])
def test_an_organisation_code_has_nine_characters_and_no_dash(code: str) -> None:
    assert ids.organization_code_problem(code) == "ORGANIZATION_CODE_FORMAT"


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (RESIDENT, None),
        (RESIDENT.lower(), None),
        ("110105491231002", "RESIDENT_ID_OLD"),
        (RESIDENT[:-1], "RESIDENT_ID_FORMAT"),
        ("1101051949123100X2", "RESIDENT_ID_FORMAT"),
        ("110105194902300021", "RESIDENT_ID_BIRTH_DATE"),
        ("110105202702010021", "RESIDENT_ID_BIRTH_DATE"),
        ("110105190002290021", "RESIDENT_ID_BIRTH_DATE"),
        (RESIDENT[:-1] + "0", "RESIDENT_ID_CHECK_DIGIT"),
    ],
)
def test_a_resident_id_is_refused_for_its_first_fault(number: str, problem: str | None) -> None:
    assert ids.resident_id_problem(number, TODAY) == problem


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))
def test_a_resident_id_with_its_check_digit_is_accepted(born: date, sequence: int) -> None:
    body = f"110105{born:%Y%m%d}{sequence:03d}"
    assert ids.resident_id_problem(body + ids.resident_check(body), TODAY) is None


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_in_a_resident_id_is_found(place: int, digit: str) -> None:
    changed = RESIDENT[:place] + digit + RESIDENT[place + 1 :]
    assert (ids.resident_id_problem(changed, TODAY) is None) is (changed == RESIDENT)


def _permit(region: str) -> str:
    body = f"{region}19900101001"
    return body + ids.resident_check(body)


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_a_residence_permit_is_no_resident_id_and_the_other_way_round(region: str) -> None:
    permit = _permit(region)
    assert ids.id_number_problem(IdType.HMT_RESIDENCE_PERMIT, "CHN", permit, TODAY) is None
    assert ids.id_number_problem(IdType.RESIDENT_ID, "CHN", permit, TODAY) == "ID_NUMBER_FORMAT"
    other = ids.id_number_problem(IdType.HMT_RESIDENCE_PERMIT, "CHN", RESIDENT, TODAY)
    assert other == "ID_NUMBER_FORMAT"


# fmt: off
NUMBERS = [
    (IdType.HK_MACAO_TRAVEL_PERMIT,        "CHN", "H12345678",          True),
    (IdType.HK_MACAO_TRAVEL_PERMIT,        "CHN", "M1234567801",        True),
    (IdType.HK_MACAO_TRAVEL_PERMIT,        "CHN", "H1234567",           False),
    (IdType.HK_MACAO_TRAVEL_PERMIT,        "CHN", "X12345678",          False),
    (IdType.TAIWAN_TRAVEL_PERMIT,          "CHN", "12345678",           True),
    (IdType.TAIWAN_TRAVEL_PERMIT,          "CHN", "1234567801",         True),
    (IdType.TAIWAN_TRAVEL_PERMIT,          "CHN", "123456789",          False),
    (IdType.FOREIGN_PERMANENT_RESIDENT_ID, "USA", "911124198108030024", True),
    (IdType.FOREIGN_PERMANENT_RESIDENT_ID, "USA", "USA110078010101",    True),
    (IdType.FOREIGN_PERMANENT_RESIDENT_ID, "USA", "US1110078010101",    False),
    (IdType.FOREIGN_PERMANENT_RESIDENT_ID, "USA", "811124198108030024", False),
    (IdType.PASSPORT,                      "CHN", "E12345678",          True),
    (IdType.PASSPORT,                      "CHN", "EA1234567",          True),
    (IdType.PASSPORT,                      "CHN", "EI1234567",          False),
    (IdType.PASSPORT,                      "CHN", "SE1234567",          True),
    (IdType.PASSPORT,                      "CHN", "G12345678",          True),
    (IdType.PASSPORT,                      "CHN", "X12345678",          False),
    (IdType.PASSPORT,                      "USA", "X12345678",          True),
    (IdType.PASSPORT,                      "USA", "1234",               False),
]
# fmt: on


@pytest.mark.parametrize(("kind", "country", "number", "good"), NUMBERS)
def test_a_document_has_the_form_of_its_kind(
    kind: IdType,
    country: str,
    number: str,
    good: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert (ids.id_number_problem(kind, country, number, TODAY) is None) is good


LATE = [("idValidFrom", "VALIDITY_NOT_STARTED"), ("idValidTo", "VALIDITY_ORDER")]


@pytest.mark.parametrize(
    ("start", "end", "problems"),
    [
        ("20200101", "20300101", []),
        ("20200101", "00000000", []),
        ("20240229", "20300101", []),
        ("20230229", "20300101", [("idValidFrom", "DATE_INVALID")]),
        ("00000000", "20300101", [("idValidFrom", "DATE_INVALID")]),
        ("2020-1-1", "20301301", [("idValidFrom", "DATE_INVALID"), ("idValidTo", "DATE_INVALID")]),
        ("20300101", "20200101", LATE),
        ("20200101", "20200101", [("idValidTo", "VALIDITY_ORDER")]),
        ("20100101", "20261122", [("idValidTo", "ID_EXPIRED")]),
        ("20100101", "20261123", []),
        (None, None, []),
    ],
)  # fmt: skip
def test_a_validity_is_two_real_days_in_order_that_hold_today(
    start: str | None, end: str | None, problems: list[tuple[str, str]]
) -> None:
    assert list(ids.validity_problems(start, end, TODAY)) == problems


@pytest.mark.parametrize(
    ("issued", "early"), [("20200314", True), ("20200315", False), ("20210101", False)]
)
def test_a_resident_id_is_long_term_from_the_age_of_46(issued: str, early: bool) -> None:  # noqa: FBT001
    number = "110105197403150019"
    assert ids.is_long_term_too_early(number, issued, "00000000") is early
    assert not ids.is_long_term_too_early(number, issued, "20400101")


@pytest.mark.parametrize(
    "phone", ["13800138000", "+86 138 0013 8000", "+852 51234567", "19912345678"]
)
def test_a_mobile_is_accepted_at_home_and_abroad(phone: str) -> None:
    assert ids.mobile_problem(phone) is None
    assert ids.mobile_problem(ids.normalized_phone(phone)) is None


@pytest.mark.parametrize(
    "phone",
    [
        "010-65195656",
        "12345",
        "1380013800",
        "138001380000",
        "1-800-FLOWERS",
        "",
        "１３８００１３８０００x",
    ],
)
def test_what_is_no_mobile_is_refused(phone: str) -> None:
    assert ids.mobile_problem(phone) == "MOBILE_INVALID"


def test_a_contact_may_have_a_landline() -> None:
    assert ids.landline_or_mobile_problem("0431-84601888") is None
    assert ids.landline_or_mobile_problem("84601888-x") == "PHONE_INVALID"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a@example.com", True),
        ("张三@例子.中国", True),
        ("a@b", False),
        ("a b@c.cn", False),
        ("@c.cn", False),
    ],
)
def test_an_address_is_one_that_mail_can_go_to(text: str, good: bool) -> None:  # noqa: FBT001
    assert (ids.email_problem(text) is None) is good


@pytest.mark.parametrize(
    ("text", "good"), [("CHN", True), ("chn", True), ("HKG", True), ("CN", False), ("XXX", False)]
)
def test_a_country_is_an_iso_code_of_three_letters(text: str, good: bool) -> None:  # noqa: FBT001
    assert (ids.country_problem(text) is None) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("张三", True),
        ("阿卜杜拉·买买提", True),
        ("Jean-Luc O'Neil", True),
        ("张3", False),
        ("··", False),
        ("", False),
        ("a--b", False),
        ("<b>", False),
    ],
)
def test_a_name_is_letters_and_their_joints(text: str, good: bool) -> None:  # noqa: FBT001
    assert (ids.name_problem(text) is None) is good
