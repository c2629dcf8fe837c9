"""What is left of personal data for those who need not see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import Party
from models.masking import IN_FULL, MASKS, Datum, Sight

# fmt: off
MASKED = [
    (Datum.ID_NUMBER,        "110101199001011234",      "110***********1234"),
    (Datum.ID_NUMBER,        "E12345678",               "E******78"),
    (Datum.ID_NUMBER,        "H1234567890",             "H********90"),
    (Datum.ID_NUMBER,        "123456",                  "******"),
    (Datum.PHONE,            "13812341234",             "138****1234"),
    (Datum.DELIVERY_PHONE,   "010-95198",               "*******98"),
    (Datum.PHONE,            "110",                     "***"),
    (Datum.EMAIL,            "alice@example.com",       "a***@example.com"),
    (Datum.EMAIL,            "nobody",                  "***"),
    (Datum.DELIVERY_ADDRESS, "吉林省长春市朝阳区某路1号", "吉林省长春市***"),
    (Datum.DELIVERY_ADDRESS, "内蒙古自治区某旗",          "内蒙古自治区***"),
    (Datum.DELIVERY_ADDRESS, "某路1号",                  "***"),
]
FULL = {
    Party.UNIT:        set(Datum),
    Party.ISSUER:      set(Datum),
    Party.MAKER:       {Datum.DELIVERY_PHONE, Datum.DELIVERY_ADDRESS},
    Party.DATA_CENTRE: set(),
    Party.PLATFORM:    set(),
}
# fmt: on


@pytest.mark.parametrize(("datum", "text", "masked"), MASKED)
def test_what_is_left(datum: Datum, text: str, masked: str) -> None:
    assert Sight({Party.DATA_CENTRE}).of(datum, text) == masked


@pytest.mark.parametrize("party", Party)
def test_each_party_sees_in_full_what_its_work_needs(party: Party) -> None:
    assert {datum for datum in Datum if Sight({party}).in_full(datum)} == FULL[party]


def test_who_is_two_parties_sees_what_either_sees_and_who_is_none_nothing() -> None:
    assert Sight({Party.MAKER, Party.ISSUER}).of(Datum.PHONE, "13812341234") == "13812341234"
    assert not any(Sight(()).in_full(datum) for datum in IN_FULL)


@given(st.sampled_from(sorted(MASKS, key=lambda datum: datum.name)), st.text(max_size=40))
def test_a_mask_hides_every_text_but_an_empty_one(datum: Datum, text: str) -> None:
    sight = Sight({Party.PLATFORM})
    shown = sight.of(datum, text)
    assert shown != text or not text or set(text) <= set("*@example")
    assert sight.of(datum, None) is None
