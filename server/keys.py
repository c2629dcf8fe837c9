"""The one secret of a deployment, and what is derived from it (HMAC-SHA256)."""

import hashlib
import hmac
import secrets

from hardware.authority import AuthorityPins
from hardware.token import Pins
from resolvers.trail import Trail
from server.folder import kept_once
from server.settings import Settings

FILE = "secret.key"


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
    return Keys(kept_once(settings.data_dir / FILE, _new_secret))


def _new_secret() -> str:
    return secrets.token_hex(32)


def audit_key(keys: Keys) -> bytes:
    """What the audit trail is chained by."""
    return bytes.fromhex(keys.derived("audit"))


def trail_of(keys: Keys) -> Trail:
    return Trail(audit_key(keys))
