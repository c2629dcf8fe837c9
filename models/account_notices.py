"""What an account's owner is told when somebody changes how one signs in.

By mail, which whoever holds the phone does not read; a changed phone also by SMS to the old one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.account import Account
from models.enums import Channel
from models.message import Message


@dataclass(frozen=True)
class AccountNotice:
    name: str
    subject: str
    body: str


_ASK = "如非本人操作，请立即找回密码并联系发卡机构。"

# fmt: off
PASSWORD_SET = AccountNotice(
    "password", "登录密码已修改",
    "账号 {username} 的登录密码已修改，其他登录已全部退出。" + _ASK)
PHONE_SET = AccountNotice(
    "phone", "手机号码已更换",
    "账号 {username} 绑定的手机号码已更换。" + _ASK)
SECOND_FACTOR_SET = AccountNotice(
    "second-factor", "动态口令已启用",
    "账号 {username} 已启用动态口令，今后登录需要输入。" + _ASK)
SINGLE_WINDOW_LINKED = AccountNotice(
    "single-window", "单一窗口账号已关联",
    "账号 {username} 已与一个单一窗口账号关联，今后可由其登录；可登录后解除关联。" + _ASK)
# fmt: on


async def tell_account(
    account: Account, notice: AccountNotice, cause: str, old_phone: str | None = None
) -> None:
    """Write the messages inside the present transaction. `cause` tells one change from another."""
    for columns in _messages(account, notice, cause, old_phone):
        await Message.create(**columns)


def _messages(
    account: Account, notice: AccountNotice, cause: str, old_phone: str | None
) -> Iterator[dict[str, Any]]:
    key = f"account-{account.id}-{notice.name}-{cause}"
    body = notice.body.format(username=account.username)
    if account.email:
        subject = f"【Portcard】{notice.subject}"
        yield _columns(f"{key}-mail", Channel.MAIL, account.email, body, subject)
    if old_phone:
        yield _columns(f"{key}-sms", Channel.SMS, old_phone, f"【Portcard】{body}")


def _columns(
    key: str, channel: Channel, recipient: str, body: str, subject: str = ""
) -> dict[str, Any]:
    return {
        "key": key,
        "channel": channel,
        "recipient": recipient,
        "subject": subject,
        "body": body,
    }
