"""The numbers of units and people: what is wrong with one, as a stable code, or None.

Sources: GB 32100-2015 (USCC), GB 11714-1997 (organisation code), GB 11643-1999 (resident ID),
ISO 3166-1; the travel documents as the immigration administration publishes their forms.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

import phonenumbers
import pycountry
from email_validator import EmailNotValidError, validate_email

from models.enums import IdType

LONG_TERM = "00000000"  # 长期
LONG_TERM_AGE = 46
COUNTRY = "CHN"

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_LENGTH = 18
# authority (登记管理部门) → its categories (机构类别), GB 32100-2015 table 1
USCC_CATEGORIES = {
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129",
    "7": "129", "8": "19", "9": "1239", "A": "19", "N": "1239", "Y": "1",
}  # fmt: skip
ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANIZATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]")
RESIDENT_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")
RESIDENT_CHECKS = "10X98765432"
PERMIT_PREFIXES = ("810000", "820000", "830000")
MAINLAND = 86
FEWEST_LETTERS = 2  # of a unit's name
PHONE = re.compile(r"\+?[0-9 -]{5,20}")

FULL_WIDTH = {mark + 0xFEE0: chr(mark) for mark in range(0x21, 0x7F)} | {0x3000: " "}
CAPITALS = {small: chr(small - 32) for small in range(ord("a"), ord("z") + 1)}

# fmt: off
FORMS = {
    IdType.HK_MACAO_TRAVEL_PERMIT:        re.compile(r"[HM][0-9]{8}([0-9]{2})?"),
    IdType.TAIWAN_TRAVEL_PERMIT:          re.compile(r"[0-9]{8}([0-9]{2})?"),
    IdType.FOREIGN_PERMANENT_RESIDENT_ID: re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}"),
    IdType.PASSPORT:                      re.compile(r"[A-Z0-9]{5,20}"),
}
# fmt: on
CHINESE_PASSPORT = re.compile(r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|(DE|SE|PE)[0-9]{7}|G[0-9]{8}")


def half_width(text: str) -> str:
    """As typed without a Chinese input method: １２３ is 123. As long as it was, or shorter."""
    return text.translate(FULL_WIDTH).strip()


def normalized(text: str) -> str:
    """A code as it is kept and compared: half-width, in ASCII capitals."""
    return half_width(text).translate(CAPITALS)


def uscc_problem(text: str) -> str | None:
    """GB 32100-2015: 18 characters, authority and category, check digit modulo 31."""
    code = normalized(text)
    if len(code) != USCC_LENGTH:
        return "USCC_LENGTH"
    if not set(code) <= set(USCC_ALPHABET):
        return "USCC_ALPHABET"
    if code[1] not in USCC_CATEGORIES.get(code[0], ""):
        return "USCC_CATEGORY"
    return None if code[-1] == uscc_check(code[:-1]) else "USCC_CHECK_DIGIT"


def uscc_check(body: str) -> str:
    """The 18th character for the 17 before it."""
    total = sum(USCC_ALPHABET.index(mark) * pow(3, i, 31) for i, mark in enumerate(body))
    return USCC_ALPHABET[-total % 31]


def organization_code_of(uscc: str) -> str:
    """Characters 9–17 of a USCC (GB 32100-2015)."""
    return normalized(uscc)[8:17]


def organization_code_problem(text: str) -> str | None:
    """GB 11714: eight characters and a check digit modulo 11; no "-" (manual §4.1)."""
    code = normalized(text)
    if not ORGANIZATION_CODE.fullmatch(code):
        return "ORGANIZATION_CODE_FORMAT"
    return None if code[-1] == organization_check(code[:-1]) else "ORGANIZATION_CODE_CHECK_DIGIT"


def organization_check(body: str) -> str:
    """The 9th character for the 8 before it; A counts 10, Z counts 35."""
    total = sum(w * int(mark, 36) for w, mark in zip(ORGANIZATION_WEIGHTS, body, strict=True))
    return "0123456789X"[-total % 11]


def resident_id_problem(text: str, today: date) -> str | None:
    """GB 11643: 18 characters, a birth date that was, a check digit modulo 11."""
    number = normalized(text)
    if re.fullmatch(r"[0-9]{15}", number):
        return "RESIDENT_ID_OLD"
    if not RESIDENT_ID.fullmatch(number):
        return "RESIDENT_ID_FORMAT"
    born = birth_date(number)
    if born is None or born > today:
        return "RESIDENT_ID_BIRTH_DATE"
    return None if number[-1] == resident_check(number[:-1]) else "RESIDENT_ID_CHECK_DIGIT"


def resident_check(body: str) -> str:
    """The 18th character for the 17 before it (ISO 7064 MOD 11-2)."""
    return RESIDENT_CHECKS[sum(int(mark) * pow(2, 17 - i, 11) for i, mark in enumerate(body)) % 11]


def birth_date(number: str) -> date | None:
    """The birth date inside an 18-character number, or None if there is no such day."""
    return real_date(number[6:14])


def normalized_id_number(id_type: IdType | None, text: str) -> str:
    """As it is kept and compared; a passport or permit without blanks inside."""
    number = normalized(text)
    return number if id_type is IdType.RESIDENT_ID else number.replace(" ", "")


def id_number_problem(id_type: IdType, country: str | None, text: str, today: date) -> str | None:
    """What is wrong with the number of a document of that type, issued by that country."""
    number = normalized_id_number(id_type, text)
    is_permit = number.startswith(PERMIT_PREFIXES)
    if id_type in (IdType.RESIDENT_ID, IdType.HMT_RESIDENCE_PERMIT):
        wrong_kind = is_permit is (id_type is IdType.RESIDENT_ID)
        return resident_id_problem(number, today) or ("ID_NUMBER_FORMAT" if wrong_kind else None)
    chinese = id_type is IdType.PASSPORT and normalized(country or "") == COUNTRY
    form = CHINESE_PASSPORT if chinese else FORMS[id_type]
    return None if form.fullmatch(number) else "ID_NUMBER_FORMAT"


def real_date(text: str) -> date | None:
    """The date of YYYYMMDD, or None when it is not one."""
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def validity_problems(
    valid_from: str | None, valid_to: str | None, today: date
) -> Iterator[tuple[str, str]]:
    """(field, code) of what is wrong with a validity; dates are YYYYMMDD, `00000000` = 长期."""
    start = real_date(valid_from or "")
    end = date.max if valid_to == LONG_TERM else real_date(valid_to or "")
    if valid_from and start is None:
        yield "idValidFrom", "DATE_INVALID"
    elif start and start > today:
        yield "idValidFrom", "VALIDITY_NOT_STARTED"
    if valid_to and end is None:
        yield "idValidTo", "DATE_INVALID"
    elif end and start and end <= start:
        yield "idValidTo", "VALIDITY_ORDER"
    elif end and end < today:
        yield "idValidTo", "ID_EXPIRED"


def is_long_term_too_early(number: str, valid_from: str | None, valid_to: str | None) -> bool:
    """Whether a resident ID is 长期 though its holder was not yet 46 when it was issued."""
    born, issued = birth_date(number), real_date(valid_from or "")
    if valid_to != LONG_TERM or born is None or issued is None:
        return False
    had_birthday = (issued.month, issued.day) >= (born.month, born.day)
    return issued.year - born.year - (not had_birthday) < LONG_TERM_AGE


def normalized_phone(text: str) -> str:
    """One spelling a number: eleven digits of the mainland, `+` and digits (E.164) of elsewhere.

    What is no number stays as it was typed.
    """
    number = _phone(text)
    if number is None:
        return half_width(text)
    if number.country_code == MAINLAND:
        return phonenumbers.national_significant_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mobile_problem(text: str) -> str | None:
    """A mobile number of the mainland, or of elsewhere with its `+` and country code."""
    kind = _phone_kind(text)
    mobiles = (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    return None if kind in mobiles else "MOBILE_INVALID"


def landline_or_mobile_problem(text: str) -> str | None:
    """Any telephone that can be called: the contact of a delivery may have a landline."""
    return "PHONE_INVALID" if _phone_kind(text) is None else None


def _phone_kind(text: str) -> int | None:
    number = _phone(text)
    return None if number is None else phonenumbers.number_type(number)


def _phone(text: str) -> phonenumbers.PhoneNumber | None:
    typed = half_width(text)
    if not PHONE.fullmatch(typed):
        return None
    try:
        number = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def email_problem(text: str) -> str | None:
    """RFC 5321/6531 by `email-validator`, without asking the DNS."""
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return "EMAIL_INVALID"
    return None


def country_problem(text: str) -> str | None:
    """An ISO 3166-1 alpha-3 code."""
    known = pycountry.countries.get(alpha_3=normalized(text))
    return None if known else "COUNTRY_UNKNOWN"


JOINTS = " ·•.'’-()（）"
RARE_HAN = range(0x20000, 0x3FFFE)
"""Planes 2 and 3: Han that this Python's Unicode tables may not know yet (生僻字)."""


def is_letter(mark: str) -> bool:
    return mark.isalpha() or ord(mark) in RARE_HAN


def unit_name_problem(text: str) -> str | None:
    """A unit's name: at least two letters, and else digits, punctuation and blanks."""
    letters = sum(is_letter(mark) for mark in text)
    proper = all(is_letter(mark) or unicodedata.category(mark)[0] in "LMNPZ" for mark in text)
    return None if letters >= FEWEST_LETTERS and proper else "NAME_INVALID"


def name_problem(text: str) -> str | None:
    """A person's name: letters of any script, joined by · . ' - or blanks, never two in a row."""
    name = text.strip()
    letters = sum(is_letter(mark) for mark in name)
    proper = all(is_letter(mark) or mark in JOINTS or _is_mark(mark) for mark in name)
    doubled = any(a == b and a in "·•.'’-" for a, b in pairwise(name))
    return None if letters and proper and not doubled else "NAME_INVALID"


def _is_mark(mark: str) -> bool:
    """A combining mark, such as the vowel signs of Thai or Tibetan names."""
    return not mark.isascii() and not mark.isspace() and f"a{mark}".isidentifier()
