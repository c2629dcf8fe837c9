"""Distinguished names, built with asn1crypto.

X.520 bounds a name in characters (ub-common-name 64); `cryptography` counts the bytes of its UTF-8
and so refuses 22 Han characters. Names are therefore put together here and set into the
certificate as they are.
"""

from dataclasses import dataclass
from typing import Any, Final

from asn1crypto.x509 import DirectoryString, Name, NameTypeAndValue, RelativeDistinguishedName

from hardware.errors import SubjectRefused

BOUND: Final = 64  # X.520 annex C, upper bounds: characters
COUNTRY: Final = "CN"
# PrintableString by RFC 5280 appendix A.1, or by choice for a code; the others are UTF8String
PRINTABLE: Final = frozenset({"country_name", "organization_identifier", "serial_number"})
PRINTABLE_CHARACTERS: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?"
)


@dataclass(frozen=True)
class Holder:
    """Who a card's certificate speaks of: the unit, its code, the holder, the card.

    No personal ID number and no e-mail address: the certificate is public.
    """

    unit: str
    uscc: str
    name: str
    card: str

    def der(self) -> bytes:
        """The subject: C, O, organizationIdentifier, CN, serialNumber.

        The organisation's identifier is NTRCN-<USCC>, a national trade register's number as in
        ETSI EN 319 412-1 section 5.1.4.

        :raises SubjectRefused: a part is empty, too long or has characters its type forbids
        """
        return name_der(
            ("country_name", COUNTRY),
            ("organization_name", self.unit),
            ("organization_identifier", f"NTR{COUNTRY}-{self.uscc}"),
            ("common_name", self.name),
            ("serial_number", self.card),
        )


def authority_der(organization: str, common_name: str) -> bytes:
    """The subject of a CA: C, O, CN.

    :raises SubjectRefused: a part is empty or too long
    """
    return name_der(
        ("country_name", COUNTRY),
        ("organization_name", organization),
        ("common_name", common_name),
    )


def name_der(*attributes: tuple[str, str]) -> bytes:
    """A name of one attribute in each relative distinguished name, in that order.

    :raises SubjectRefused: a part is empty, too long or has characters its type forbids
    """
    parts = [_part(attribute, value) for attribute, value in attributes]
    return bytes(Name(name="", value=parts).dump())


def _part(attribute: str, value: str) -> Any:
    if not 0 < len(value) <= BOUND:
        raise SubjectRefused(attribute, f"has {len(value)} characters, not 1 to {BOUND}")
    if "\0" in value:
        raise SubjectRefused(attribute, "has a NUL character")
    form = "printable_string" if attribute in PRINTABLE else "utf8_string"
    if attribute in PRINTABLE and not PRINTABLE_CHARACTERS.issuperset(value):
        raise SubjectRefused(attribute, "has characters outside PrintableString")
    content = DirectoryString(name=form, value=value)
    return RelativeDistinguishedName([NameTypeAndValue({"type": attribute, "value": content})])
