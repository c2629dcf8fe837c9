"""Judging an ID token (OpenID Connect Core 1.0 §3.1.3.7): its signature by joserfc, its claims by
authlib.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from models.clock import now
from resolvers.openid_answers import failed_because, is_word

ALGORITHMS = ("RS256", "ES256", "PS256")
"""Never `none`, never a shared secret: whoever knows it could sign."""
LEEWAY = 60  # seconds that clocks may differ
LONGEST_SUBJECT = 255  # characters, by the standard


class UnknownKey(Exception):  # noqa: N818 - not an error: the keys may have been changed
    """The token names a key that is not among these."""


@dataclass(frozen=True)
class Expected:
    """What the token must say: by whom, for whom, for which sign-in; beside which access token it
    came, of which it may hold a hash.
    """

    issuer: str
    client_id: str
    nonce_hash: str
    access_token: object = None


def judged(token: object, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of a token that is believed. Raises UnknownKey, or Refused (SINGLE_WINDOW_FAILED).

    A foreign audience beside ours is refused: we trust none (§3.1.3.7, 3).
    """
    claims = _signed(token, keys, expected)
    try:
        claims.validate(int(now().timestamp()), LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        raise failed_because(f"its ID token: {type(error).__name__}") from None
    ours = [expected.client_id]
    if claims["aud"] not in (expected.client_id, ours) or claims.get("azp", *ours) != ours[0]:
        raise failed_because("its ID token is for others too")
    nonce = claims["nonce"]
    if not (is_word(nonce) and hmac.compare_digest(hashed(nonce), expected.nonce_hash)):
        raise failed_because("its ID token is of another sign-in")
    if not is_word(claims["sub"]) or len(claims["sub"]) > LONGEST_SUBJECT:
        raise failed_because("its ID token is of nobody")
    return dict(claims)


def _signed(token: object, keys: KeySet, expected: Expected) -> CodeIDToken:
    if not is_word(token):
        raise failed_because("it gives no ID token")
    try:
        found = jwt.decode(str(token), keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        raise UnknownKey from None
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise failed_because(f"its ID token: {type(error).__name__}") from None
    params = {"client_id": expected.client_id, "access_token": expected.access_token}
    return CodeIDToken(found.claims, found.header, _options(expected), params)


def _options(expected: Expected) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "sub": {"essential": True},
        "nonce": {"essential": True},
    }


def hashed(text: str) -> str:
    """SHA-256, hexadecimal, of what is compared and not kept."""
    return hashlib.sha256(text.encode()).hexdigest()
