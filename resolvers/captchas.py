"""Picture captchas (图片验证码)."""

import asyncio
import secrets
from io import BytesIO

from captcha.image import ImageCaptcha

from models.clock import now
from models.code import Captcha
from models.identifiers import normalized
from models.refusals import refuse
from resolvers.office import Office

READABLE = "2345678ABCDEFGHKMNPQRSTUVWXYZ"
LENGTH = 4


async def request_captcha(office: Office) -> tuple[Captcha, bytes]:
    """A new captcha and its picture (PNG)."""
    answer = "".join(secrets.choice(READABLE) for _ in range(LENGTH))
    expires_at = now() + office.terms.captcha
    row = await Captcha.create(id=secrets.token_hex(16), answer=answer, expires_at=expires_at)
    return row, await asyncio.to_thread(_draw, answer)


def _draw(answer: str) -> bytes:
    picture: BytesIO = ImageCaptcha(width=160, height=60).generate(answer, format="png")
    return picture.getvalue()


async def use_captcha(captcha_id: str | None, answer: str | None) -> None:
    """One try for one captcha: it is gone whatever the answer. Raises Refused (CAPTCHA_WRONG)."""
    row = await Captcha.get_or_none(id=captcha_id or "")
    if row is None or not await Captcha.filter(id=row.id).delete():
        raise refuse("CAPTCHA_WRONG", "captchaId")
    if row.expires_at < now() or row.answer != normalized(answer or ""):
        raise refuse("CAPTCHA_WRONG", "captchaAnswer")
