"""What of an address is counted and shown."""

import pytest

from models.network import masked_network, network_of

# fmt: off
ADDRESSES = [
    ("203.0.113.7",            "203.0.113.7",             "203.0.113.*"),
    ("::ffff:203.0.113.7",     "203.0.113.7",             "203.0.113.*"),
    ("2001:db8:1:2:3:4:5:6",   "2001:db8:1:2::/64",       "2001:db8:1::/48"),
    ("2001:db8:1:2:9::1",      "2001:db8:1:2::/64",       "2001:db8:1::/48"),
    ("fe80::1%eth0",           "fe80::/64",               "fe80::/48"),
    ("",                       "",                        ""),
    ("somewhere",              "somewhere",               ""),
    ("x" * 500,                "x" * 45,                  ""),
]
# fmt: on


@pytest.mark.parametrize(("address", "counted", "shown"), ADDRESSES)
def test_a_household_is_one_origin_and_is_shown_masked(
    address: str, counted: str, shown: str
) -> None:
    assert network_of(address) == counted
    assert masked_network(address) == shown
