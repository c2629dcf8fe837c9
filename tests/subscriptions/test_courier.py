"""The outbox: each message once, later when it must be, and none holds up another."""

import asyncio
from datetime import timedelta
from typing import Any

from models.clock import now
from models.enums import Channel, QueueStatus
from models.message import Message
from models.queue import take
from tests.subscriptions.conftest import Post


async def _mail(key: str, **changes: Any) -> Message:
    told = {"recipient": "a@example.com", "subject": "主题", "body": "正文", **changes}
    return await Message.create(key=key, channel=Channel.MAIL, **told)


async def _sms(key: str, **changes: Any) -> Message:
    told = {"recipient": "13800000000", "body": "验证码 123456", "code": "123456", **changes}
    return await Message.create(key=key, channel=Channel.SMS, **told)


async def _again(post: Post, row: Message) -> None:
    """Let the pause be over, and send what is due."""
    await Message.filter(id=row.id).update(due_at=now())
    await post.courier.drain()
    await row.refresh_from_db()


async def test_a_mail_goes_out_once_in_chinese_with_a_stable_id(post: Post) -> None:
    row = await _mail("evt-1-mail")
    assert await post.courier.drain() == 1
    assert await post.courier.drain() == 0
    (mail,) = post.desk.mails
    assert (mail["Subject"], mail.get_content().strip()) == ("主题", "正文")
    await row.refresh_from_db()
    assert row.status is QueueStatus.DONE
    await Message.filter(id=row.id).update(status=QueueStatus.WAITING)
    await post.courier.drain()
    assert {mail["Message-ID"] for mail in post.desk.mails} == {mail["Message-ID"]}


async def test_a_mail_refused_for_now_is_tried_again_later(post: Post) -> None:
    post.desk.answers = ["451 try later"]
    row = await _mail("evt-2-mail")
    assert await post.courier.drain() == 0
    await row.refresh_from_db()
    assert row.status is QueueStatus.WAITING
    assert row.due_at > now()
    await _again(post, row)
    assert row.status is QueueStatus.DONE
    assert len(post.desk.mails) == 1


async def test_a_mail_refused_for_good_is_given_up_and_holds_up_no_other(post: Post) -> None:
    post.desk.answers = ["550 no such person"]
    wrong = await _mail("evt-3-mail")
    assert await post.courier.drain() == 0
    right = await _mail("evt-4-mail")
    assert await post.courier.drain() == 1
    await wrong.refresh_from_db()
    await right.refresh_from_db()
    assert (wrong.status, right.status) == (QueueStatus.DEAD, QueueStatus.DONE)
    assert "550" in wrong.last_error


async def test_a_message_is_given_up_when_its_tries_are_used_up(post: Post) -> None:
    row = await _sms("code-1")
    for _ in range(5):
        post.gateway.answers = [503]
        await _again(post, row)
    assert row.status is QueueStatus.DEAD


async def test_a_code_is_blanked_once_it_is_sent(post: Post) -> None:
    row = await _sms("code-2")
    await post.courier.drain()
    await row.refresh_from_db()
    assert post.gateway.told[0]["body"] == "验证码 123456"
    assert post.gateway.told[0]["key"] == "code-2"
    assert (row.code, row.body) == (None, "验证码 ******")


async def test_a_gateway_that_refuses_is_not_asked_again(post: Post) -> None:
    post.gateway.answers = [400]
    row = await _sms("code-3")
    await post.courier.drain()
    await row.refresh_from_db()
    assert row.status is QueueStatus.DEAD


async def test_a_message_of_a_sender_that_died_is_sent_when_its_lease_ends(post: Post) -> None:
    row = await _mail("evt-5-mail")
    await take(Message, 1, timedelta(minutes=2))
    assert await post.courier.drain() == 0
    await Message.filter(id=row.id).update(leased_until=now() - timedelta(seconds=1))
    assert await post.courier.drain() == 1


async def test_a_message_that_takes_long_stays_with_its_sender(post: Post) -> None:
    await _sms("code-4")
    lease = timedelta(seconds=0.6)
    slow, other = post.another(lease), post.another(lease)
    post.gateway.pauses = [1.5]
    async with asyncio.TaskGroup() as senders:
        sending = senders.create_task(slow.drain())
        await asyncio.sleep(1)
        assert await other.drain() == 0
    assert sending.result() == 1
    assert len(post.gateway.told) == 1


async def test_a_line_break_in_a_subject_adds_no_header(post: Post) -> None:
    row = await _mail("evt-6-mail", subject="主题\r\nBcc: b@example.com")
    await post.courier.drain()
    await row.refresh_from_db()
    assert all(mail["Bcc"] is None for mail in post.desk.mails)
