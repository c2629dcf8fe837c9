"""What is told, when, to whom, in which words: a second table beside the one that does it."""

from collections.abc import AsyncIterator

import pytest

from models.application import Agent, Application
from models.database import connect
from models.dossier import Dossier
from models.enterprise import Enterprise
from models.enums import AgentSource, ApplicationEventType, ApplicationStatus, DeliveryMethod
from models.event import Event
from models.institution import Institution
from models.keyring import DataKeys, KeyRing
from models.notices import NOTICES, code_message, notices_of, reasons_text, shortened


@pytest.fixture(autouse=True)
async def relations() -> AsyncIterator[None]:
    """A row knows its relations once a database is open."""
    ring = KeyRing(lambda: DataKeys({"k": bytes(32)}), bytes(32))
    context = await connect("sqlite://:memory:", ring)
    yield
    await context.close_connections()


REASONS = [
    {"category": "MATERIALS", "code": "SEAL_MISSING", "path": ["unit"], "note": "第二页"},
    {"category": "OTHER", "code": "OTHER", "path": [], "note": "请来电"},
]
TOLD = {
    ("SUBMITTED", "SUBMITTED", None): ["已提交，等待天津制卡中心受理"],
    ("RETURNED", "RETURNED", None): ["已被退单，原因：1. 【证明材料】缺公章：第二页"],
    ("APPROVED", "MEDIA_READY", None): ["已审核通过，等待天津制卡中心制卡"],
    ("APPROVED", "MEDIA_REQUIRED", None): ["请向天津制卡中心提供卡介质"],
    ("COMPLETED", "COMPLETED", None): ["已处理，共制卡 2 张。领卡方式：邮寄"],
    ("COMPLETED", "COMPLETED", "顺丰"): ["已处理", "已由顺丰寄出，运单号 SF1"],
    ("SHIPPED", "COMPLETED", "顺丰"): ["已由顺丰寄出，运单号 SF1"],
    ("HANDED_OVER", "COMPLETED", "顺丰"): [],
    ("WITHDRAWN", "DRAFT", None): [],
    ("ACCEPTED", "IN_REVIEW", None): [],
    ("CARD_ISSUED", "PRODUCING", None): [],
}


def dossier(carrier: str | None = None) -> Dossier:
    application = Application(
        number="PC1", delivery_method=DeliveryMethod.MAIL, carrier=carrier, tracking_number="SF1"
    )
    maker = Institution(name="天津制卡中心", hotline=None, card_phone=None)
    agent = Agent(source=AgentSource.OTHER, name="王芳", phone="13900001111")
    unit = Enterprise(name="某公司")
    return Dossier(application, unit, agent=agent, maker=maker, issuer=maker)


@pytest.mark.parametrize("what", TOLD, ids=["-".join(map(str, key)) for key in TOLD])
async def test_each_event_is_told_in_its_words(what: tuple[str, str, str | None]) -> None:
    type_, status, carrier = what
    event = Event(
        id=7,
        type=ApplicationEventType(type_),
        to_status=ApplicationStatus(status),
        return_reasons=REASONS,
    )
    messages = list(notices_of(event, dossier(carrier), "a@example.com", "13800001111", cards=2))
    mails = [m for m in messages if m["channel"] == "mail"]
    texts = [m for m in messages if m["channel"] == "sms"]
    assert len(mails) == len(texts) == len(TOLD[what])
    for words, mail, text in zip(TOLD[what], mails, texts, strict=True):
        assert words in mail["body"]
        assert words in text["body"]
        assert "PC1" in mail["subject"]
        assert mail["recipient"] == "a@example.com"
        assert text["recipient"] == "13900001111"
    assert len({m["key"] for m in messages}) == len(messages)


def test_every_notice_of_the_table_is_told_by_some_event() -> None:
    told = {(type_, status) for type_, status, _ in TOLD if TOLD[type_, status, _]}
    for notice in NOTICES:
        assert any(notice.when == t and notice.to_status in (None, s) for t, s in told)


async def test_without_an_agent_s_phone_the_administrator_gets_the_sms() -> None:
    nobody = dossier()
    nobody.agent = None
    event = Event(id=7, type=ApplicationEventType.SUBMITTED, to_status=ApplicationStatus.SUBMITTED)
    (text,) = [
        m for m in notices_of(event, nobody, None, "13800001111", cards=0) if m["channel"] == "sms"
    ]
    assert text["recipient"] == "13800001111"


def test_an_sms_of_many_reasons_is_cut_and_a_mail_is_not() -> None:
    whole = reasons_text(REASONS * 25)
    assert whole.count("缺公章") == 25
    assert shortened(whole) == whole[:200] + "…"
    assert shortened("短") == "短"


def test_a_code_says_for_how_long_it_is_good() -> None:
    told = code_message("code-1", "13800001111", "123456", "提交新办卡申请", 10)
    assert "10 分钟内有效" in told["body"]
