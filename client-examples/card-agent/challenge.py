"""The one thing that the agent signs: a sign-in challenge of the server that it was started for.

The format is written down in docs/card-sign-in.md of the server.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from trouble import Trouble

PREFIX: Final = b"Portcard card sign-in v1\n"
PURPOSE: Final = "card-sign-in"
OPERATION: Final = {"act": "loginWithCard", "consents": "PRIVACY TERMS"}
MOST_CHARACTERS: Final = 2000
LONGEST_LIFE: Final = timedelta(seconds=120)
CLOCKS_DIFFER: Final = timedelta(seconds=30)  # between the server's clock and this machine's
HASH: Final = r"[0-9a-f]{64}"
MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
FORMS: Final = {
    "audience": r"https?://[!-~]+",
    "expires": MOMENT,
    "issued": MOMENT,
    "nonce": r"[A-Za-z0-9_-]{43}",  # 32 bytes, base64url
    "operation": HASH,
    "purpose": r"[a-z-]+",
    "requester": HASH,
}


@dataclass(frozen=True)
class Challenge:
    """A challenge that may be signed."""

    fields: Mapping[str, str]

    def to_sign(self, certificate: bytes, origin: str) -> bytes:
        """The bytes for the card: with the certificate (DER) and the page's origin."""
        own = {"certificate": hashlib.sha256(certificate).hexdigest(), "origin": origin}
        return PREFIX + canonical({**self.fields, **own}).encode()


def canonical(fields: Mapping[str, str]) -> str:
    """JSON in one spelling: sorted keys, no blanks (RFC 8785)."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(payload: object, server: str, now: datetime) -> Challenge:
    """The challenge in `payload`, if `server` made it for signing in, and just now.

    Raises Trouble with everything else: neither arbitrary bytes are signed nor other JSON.
    """
    fields = _fields(payload)
    _expect(fields["audience"] == server, f"it is not for {server}")
    _expect(fields["purpose"] == PURPOSE, "it is not for signing in")
    operation = hashlib.sha256(canonical(OPERATION).encode()).hexdigest()
    _expect(fields["operation"] == operation, "it is for an act that this agent does not know")
    issued, expires = _moment(fields["issued"]), _moment(fields["expires"])
    _expect(timedelta(0) < expires - issued <= LONGEST_LIFE, "it would be valid for too long")
    fresh = issued - CLOCKS_DIFFER <= now < expires + CLOCKS_DIFFER
    _expect(fresh, "it is not of this moment: ask for a new one, or set this machine's clock")
    return Challenge(fields)


def _fields(payload: object) -> dict[str, str]:
    _expect(isinstance(payload, str) and len(payload) <= MOST_CHARACTERS, "it is no short text")
    try:
        fields = json.loads(str(payload))
    except (ValueError, RecursionError):
        fields = None
    _expect(isinstance(fields, dict) and fields.keys() == FORMS.keys(), "it has other fields")
    for name, form in FORMS.items():
        value = fields[name]
        _expect(isinstance(value, str) and re.fullmatch(form, value, re.ASCII), f"{name} is odd")
    _expect(canonical(fields) == payload, "it is not spelt canonically")
    return dict(fields)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Trouble(422, "CHALLENGE_REFUSED", f"no such time: {text}") from None


def _expect(holds: object, why: str) -> None:
    if not holds:
        raise Trouble(422, "CHALLENGE_REFUSED", f"This is not signed: {why}.")
