"""Signed addresses of papers: for one use of one paper by one session, until they expire.

A browser's `<img>` sends no token, so the address names the session that it was made for; whoever
opens it asks whether that session still lives and may still do it.
"""

from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer

from models.clock import now

UPLOAD, DOWNLOAD = "upload", "download"


@dataclass(frozen=True)
class Grant:
    """What an address is for: a paper's row, and the row of the session that it was made for."""

    attachment_id: int
    session_id: int


class Addresses:
    """Makes and reads the last part of an address."""

    def __init__(self, secret: str) -> None:
        self._seals = {use: URLSafeSerializer(secret, salt=use) for use in (UPLOAD, DOWNLOAD)}

    def upload(self, grant: Grant, until: datetime) -> str:
        return f"/files/upload/{self._seal(UPLOAD, grant, until)}"

    def download(self, grant: Grant, until: datetime) -> str:
        return f"/files/{self._seal(DOWNLOAD, grant, until)}"

    def _seal(self, use: str, grant: Grant, until: datetime) -> str:
        told = [grant.attachment_id, grant.session_id, int(until.timestamp())]
        sealed = self._seals[use].dumps(told)
        return sealed if isinstance(sealed, str) else sealed.decode()

    def opened(self, use: str, text: str) -> Grant | None:
        """None when the address is false, for another use or expired."""
        try:
            attachment_id, session_id, until = self._seals[use].loads(text)
        except (BadSignature, ValueError, TypeError):
            return None
        return Grant(attachment_id, session_id) if until >= now().timestamp() else None
