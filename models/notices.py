"""What is told by mail and SMS, and when: the table of notices and the messages made from it.

Mail goes to the unit's administrator, SMS to the agent (经办人). A message is a row written in the
transaction of its event; its key makes sure that one event tells it once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.account import Account
from models.dossier import Dossier
from models.enums import ApplicationEventType as Type
from models.enums import ApplicationStatus as State
from models.enums import Channel, ReturnCategory
from models.event import Event
from models.message import Message
from models.reasons import find_reason


@dataclass(frozen=True)
class Notice:
    """One thing to tell: when (event type, and the status it led to), and in which words."""

    name: str
    when: Type
    to_status: State | None
    subject: str
    body: str
    shipped: bool = False


_ASK = "如有疑问，请联系{maker}（{hotline}）。"

# fmt: off
NOTICES = (
    Notice("submitted", Type.SUBMITTED, None,
           "申请单 {number} 已提交",
           "{unit}：您的电子口岸新办申请单 {number} 已提交，等待{issuer}受理。" + _ASK),
    Notice("returned", Type.RETURNED, None,
           "申请单 {number} 已退单，请修改后重新提交",
           "{unit}：您的电子口岸新办申请单 {number} 已被退单，原因：{reasons}。请登录系统重新修改后提交。" + _ASK),
    Notice("approved", Type.APPROVED, State.MEDIA_READY,
           "申请单 {number} 审核通过",
           "{unit}：您的电子口岸新办申请单 {number} 已审核通过，等待{maker}制卡。"),
    Notice("media-required", Type.APPROVED, State.MEDIA_REQUIRED,
           "申请单 {number} 审核通过，需提供介质",
           "{unit}：您的电子口岸新办申请单 {number} 已审核通过，请向{maker}提供卡介质。" + _ASK),
    Notice("cards-made", Type.COMPLETED, None,
           "申请单 {number} 的卡已制作完成",
           "{unit}：您的电子口岸新办申请单 {number} 已处理，共制卡 {cards} 张。领卡方式：{delivery}。" + _ASK),
    Notice("shipped", Type.COMPLETED, None,
           "申请单 {number} 的卡已寄出",
           "{unit}：申请单 {number} 的卡已由{carrier}寄出，运单号 {tracking}。", shipped=True),
    Notice("shipped", Type.SHIPPED, None,
           "申请单 {number} 的卡已寄出",
           "{unit}：申请单 {number} 的卡已由{carrier}寄出，运单号 {tracking}。", shipped=True),
)
# fmt: on

CATEGORY_NAMES = {
    ReturnCategory.MATERIALS: "证明材料",
    ReturnCategory.MISMATCH: "信息不符",
    ReturnCategory.AGENT_UNVERIFIED: "经办人身份未核实",
    ReturnCategory.UNIT_UNVERIFIED: "单位信息未核实",
    ReturnCategory.REMARKS: "备注",
    ReturnCategory.OTHER: "其他",
}
DELIVERY_NAMES = {"MAIL": "邮寄", "PICKUP": "自取"}
LONGEST_SMS_REASONS = 200  # characters
UNKNOWN_HOTLINE = "电话见机构查询"


async def write_notices(event: Event, dossier: Dossier, *, cards: int = 0) -> None:
    """Write the messages that `event` calls for, inside its transaction."""
    told = await Account.get(enterprise_id=dossier.enterprise.id)
    for row in notices_of(event, dossier, told.email, told.phone, cards=cards):
        await Message.create(**row)


def notices_of(
    event: Event, dossier: Dossier, email: str | None, phone: str | None, *, cards: int
) -> Iterator[dict[str, Any]]:
    """The columns of those messages; `email` and `phone` are the administrator's."""
    facts = {**_facts(dossier), "reasons": reasons_text(event.return_reasons), "cards": cards}
    agent = dossier.agent_person
    recipients = {Channel.MAIL: email, Channel.SMS: (agent and agent.phone) or phone}
    for notice in NOTICES:
        if _is_due(notice, event, dossier):
            yield from _rows(notice, f"evt-{event.id}-{notice.name}", facts, recipients)


def _is_due(notice: Notice, event: Event, dossier: Dossier) -> bool:
    right_status = notice.to_status in (None, event.to_status)
    there = not notice.shipped or bool(dossier.application.carrier)
    return notice.when is event.type and right_status and there


def _rows(
    notice: Notice, key: str, facts: Mapping[str, Any], recipients: Mapping[Channel, str | None]
) -> Iterator[dict[str, Any]]:
    short = {**facts, "reasons": shortened(facts["reasons"])}
    words = {
        Channel.MAIL: {
            "subject": notice.subject.format(**facts),
            "body": notice.body.format(**facts),
        },
        Channel.SMS: {"body": notice.body.format(**short)},
    }
    for channel, recipient in recipients.items():
        if recipient:
            key_ = f"{key}-{channel.value}"
            yield {"key": key_, "channel": channel, "recipient": recipient, **words[channel]}


def _facts(dossier: Dossier) -> dict[str, str]:
    here, maker = dossier.application, dossier.maker
    return {
        "number": here.number or "",
        "unit": dossier.enterprise.name,
        "maker": maker.name if maker else "",
        "issuer": dossier.issuer.name if dossier.issuer else "",
        "hotline": (maker and (maker.card_phone or maker.hotline)) or UNKNOWN_HOTLINE,
        "delivery": DELIVERY_NAMES.get(here.delivery_method or "", ""),
        "carrier": here.carrier or "",
        "tracking": here.tracking_number or "以承运商为准",
    }


def shortened(text: str) -> str:
    """For an SMS: it is paid by the length, and the rest is in the mail and on the page."""
    return text if len(text) <= LONGEST_SMS_REASONS else f"{text[:LONGEST_SMS_REASONS]}…"


def reasons_text(reasons: list[dict[str, Any]]) -> str:
    """The reasons of a return as one Chinese sentence, each with how to mend it."""
    return "；".join(f"{i}. {_reason_text(kept)}" for i, kept in enumerate(reasons, start=1))


def _reason_text(kept: dict[str, Any]) -> str:
    category = ReturnCategory(kept["category"])
    reason = find_reason(category, kept["code"])
    says = reason.says.zh if reason and kept["code"] != "OTHER" else kept["note"]
    note = f"：{kept['note']}" if kept["note"] and kept["code"] != "OTHER" else ""
    hint = f"（{reason.hint.zh}）" if reason else ""
    return f"【{CATEGORY_NAMES[category]}】{says}{note}{hint}"


def code_message(
    key: str, phone: str, digits: str, purpose: str, minutes: int, mail: str | None = None
) -> dict[str, Any]:
    """The columns of the SMS, or of the mail to `mail`, that carries a code; `digits` are blanked
    once it is sent.
    """
    return {
        "key": key,
        "channel": Channel.MAIL if mail else Channel.SMS,
        "recipient": mail or phone,
        "subject": "【Portcard】验证码" if mail else "",
        "body": f"【Portcard】验证码 {digits}，用于{purpose}，{minutes} 分钟内有效。请勿告诉他人。",
        "code": digits,
    }
