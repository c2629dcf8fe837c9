"""Certificate profiles as data: what each kind of certificate may do and how long it lasts."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from hardware.errors import IssuerExpired


@dataclass(frozen=True)
class Profile:
    """One kind of certificate (RFC 5280 section 4.2.1).

    `path_length` is None for a certificate that is no CA. `usage` holds the names of
    `cryptography.x509.KeyUsage`, where content_commitment is nonRepudiation.
    """

    name: str
    path_length: int | None
    usage: frozenset[str]
    purposes: tuple[x509.ObjectIdentifier, ...]
    years: int

    @property
    def is_ca(self) -> bool:
        return self.path_length is not None


USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_CA: Final = frozenset({"key_cert_sign", "crl_sign"})
_HOLDER: Final = frozenset({"digital_signature", "content_commitment"})
_LOGIN_AND_MAIL: Final = (
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
)


class Profiles(Enum):
    """The profiles in use. The CA's last longer than the cards they certify (10 years)."""

    #                 name             path   usage    purposes         years
    ROOT     = Profile("root",          1,     _CA,     (),              30)  # fmt: skip
    ISSUING  = Profile("issuing",       0,     _CA,     (),              20)  # fmt: skip
    LEGAL    = Profile("legal card",    None,  _HOLDER, _LOGIN_AND_MAIL, 10)  # fmt: skip
    OPERATOR = Profile("operator card", None,  _HOLDER, _LOGIN_AND_MAIL, 10)  # fmt: skip


def key_usage(profile: Profile) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in profile.usage for usage in USAGES})


def valid_until(
    profile: Profile, not_before: datetime, issuer: x509.Certificate | None
) -> datetime:
    """When a certificate of that profile ends: after its years, or cut to its issuer's end.

    Cutting, not refusing, lets cards be made in the issuing CA's last ten years; a verifier would
    not accept them beyond its end anyway (RFC 5280 section 6.1.3).

    :raises IssuerExpired: the issuer is not valid at `not_before`
    """
    end = _years_later(not_before, profile.years)
    if issuer is None:
        return end
    first, last = issuer.not_valid_before_utc, issuer.not_valid_after_utc
    if not first <= not_before < last:
        raise IssuerExpired(f"profile {profile.name}", f"the issuer is valid {first} to {last}")
    return min(end, last)


def _years_later(start: datetime, years: int) -> datetime:
    """The same day in another year; 29 February gives way to 28 February."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)
