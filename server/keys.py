"""The one secret of a deployment, and what is derived from it (HMAC-SHA256)."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from hardware.authority import AuthorityPins
from hardware.token import Pins
from resolvers.trail import Trail
from server.faults import StartFault
from server.settings import Settings

FILE = "secret.key"
OWNER_ONLY = 0o600


class Keys:
    """Derives keys and PINs; none is kept, all come back from the same secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def derived(self, purpose: str) -> str:
        """64 hexadecimal digits."""
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).hexdigest()

    def pin(self, purpose: str) -> str:
        """Eight decimal digits."""
        return f"{int(self.derived(purpose), 16) % 10**8:08d}"

    def pins(self, token: str) -> Pins:
        """Of a token: its security officer's and its holder's."""
        return Pins(so=self.pin(f"so-pin|{token}"), user=self.pin(f"user-pin|{token}"))

    def card_pins(self, number: str) -> Pins:
        """Of the card of that number."""
        return self.pins(f"card|{number}")

    def authority_pins(self) -> AuthorityPins:
        return AuthorityPins(
            root=self.pins("authority|root"), issuing=self.pins("authority|issuing")
        )


def keys_of(settings: Settings) -> Keys:
    """From PORTCARD_SECRET_KEY; in development else from a file in the data folder, made once."""
    if settings.secret_key:
        return Keys(settings.secret_key.get_secret_value())
    return Keys(_kept(settings.data_dir / FILE))


def _kept(path: Path) -> str:
    """Whoever creates the file first wins; the others read it."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        kept = path.read_text("ascii")
        if not kept:
            raise StartFault(f"{path} is empty: restore it, or remove the data folder") from None
        return kept
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text("ascii")


def audit_key(keys: Keys) -> bytes:
    """What the audit trail is chained by."""
    return bytes.fromhex(keys.derived("audit"))


def trail_of(keys: Keys) -> Trail:
    return Trail(audit_key(keys))
