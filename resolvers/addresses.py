"""Signed addresses of papers: who holds one may use it, until it expires."""

from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer

from models.clock import now

UPLOAD, DOWNLOAD = "upload", "download"


class Addresses:
    """Makes and reads the last part of an address. Each is for one use and one paper."""

    def __init__(self, secret: str) -> None:
        self._seals = {use: URLSafeSerializer(secret, salt=use) for use in (UPLOAD, DOWNLOAD)}

    def upload(self, attachment_id: int, until: datetime) -> str:
        return f"/files/upload/{self._seal(UPLOAD, attachment_id, until)}"

    def download(self, attachment_id: int, until: datetime) -> str:
        return f"/files/{self._seal(DOWNLOAD, attachment_id, until)}"

    def _seal(self, use: str, attachment_id: int, until: datetime) -> str:
        sealed = self._seals[use].dumps([attachment_id, int(until.timestamp())])
        return sealed if isinstance(sealed, str) else sealed.decode()

    def opened(self, use: str, text: str) -> int | None:
        """The paper's row, or None when the address is false, for another use or expired."""
        try:
            attachment_id, until = self._seals[use].loads(text)
        except (BadSignature, ValueError, TypeError):
            return None
        return int(attachment_id) if until >= now().timestamp() else None
