"""Assertions of e-licences: whose signature is taken, and what they must say (docs/elicence.md).

A compact JWS (RFC 7515) of claims (RFC 7519), by RFC 8725: the algorithm is one of a list, the key
one of the issuer's that we hold, the type, the audience and the lifetime are ours to demand. Where
a header brings a key, certificate or address of its own (jwk, x5c, jku, x5u), nothing looks there.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter

from models.clock import now
from models.licence import Licence, licence_in
from models.refusals import Refused, refuse
from models.used_assertion import UsedAssertion, assertion_id

TYPE = "elicence+jwt"
ALGORITHMS = ("ES256", "RS256", "PS256")
LONGEST = timedelta(minutes=10)  # from `iat` to `exp`
LEEWAY = timedelta(seconds=60)  # between the issuer's clock and ours
LONGEST_ID = 128
SHAPELESS = (JoseError, ValueError, TypeError, AttributeError, RecursionError)
"""What joserfc raises over a text that is no assertion: a header that is a JSON list, say."""


@dataclass(frozen=True)
class Asserted:
    """A licence, the moment from which its assertion is too old, and the row that uses it up."""

    licence: Licence
    expires_at: datetime
    assertion: UsedAssertion


class LicenceReader:
    """Takes the assertions of one issuer that are meant for this server. No network is asked."""

    def __init__(self, issuer: str, audience: str, keys: KeySet) -> None:
        self._issuer, self._keys = issuer, keys
        self._jws = JWSRegistry({"kid": HeaderParameter("Key ID", "str", True)}, ALGORITHMS)
        del self._jws.header_registry["b64"]  # RFC 7797: payloads that are not encoded
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now().timestamp()),
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        )

    def read(self, assertion: str) -> Asserted:
        """Raises Refused: ELICENCE_INVALID, ELICENCE_EXPIRED."""
        try:
            token = jwt.decode(assertion, self._keys, registry=self._jws)
            self._claims.validate(token.claims)
        except ExpiredTokenError:
            raise refuse("ELICENCE_EXPIRED", "assertion") from None
        except SHAPELESS:
            raise _invalid() from None
        licence = licence_in(token.claims)
        if licence is None or token.header.get("typ") != TYPE or not _is_bounded(token.claims):
            raise _invalid()
        return self._asserted(licence, token.claims)

    def _asserted(self, licence: Licence, claims: dict[str, Any]) -> Asserted:
        ends = datetime.fromtimestamp(claims["exp"], UTC)
        name = assertion_id(self._issuer, claims["jti"])
        return Asserted(licence, ends, UsedAssertion(id=name, expires_at=ends + LEEWAY))


def _invalid() -> Refused:
    return refuse("ELICENCE_INVALID", "assertion")


def _is_bounded(claims: dict[str, Any]) -> bool:
    """Whether it lives for minutes, in whole seconds, and its id is a line to be kept."""
    began, ends, name = claims["iat"], claims["exp"], claims["jti"]
    if type(began) is not int or type(ends) is not int:
        return False
    is_line = name.isprintable() and len(name) <= LONGEST_ID
    return is_line and 0 < ends - began <= LONGEST.total_seconds()
