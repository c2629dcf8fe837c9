"""Mail to a real mail server: told once, in Chinese, again when it fails, given up when refused."""

from collections.abc import AsyncIterator

import pytest

from server.settings import Settings
from tests.conftest import Served, serving
from tests.subscriptions.desk import Desk


@pytest.fixture
async def mailing(settings: Settings, mail_server: str) -> AsyncIterator[Served]:
    async with serving(settings.model_copy(update={"smtp_url": mail_server})) as running:
        yield running


async def test_a_return_is_mailed_with_its_reasons(mailing: Served, desk: Desk) -> None:
    unit, officer = await mailing.unit(), await mailing.officer("tianjin")
    await (await unit.start()).fill(operators=0)
    await unit.submit()
    reason = {"category": "MATERIALS", "code": "SEAL_MISSING", "path": ["unit"], "note": "第二页"}
    await officer.act("Return", unit, reasons=[reason])
    await desk.until(2)
    submitted, returned = sorted(desk.mails, key=lambda mail: "退单" in str(mail["Subject"]))
    assert "已提交" in submitted["Subject"]
    assert returned["To"] == unit.account["email"]
    text = returned.get_content()
    assert "【证明材料】缺公章：第二页（请在复印件上加盖公章后重新上传）" in text
