"""The courier: takes mail and SMS out of the outbox and sends each once, as far as that can be.

A message is sent between two writes to the database: the lease before, the outcome after. A process
that dies in between leaves a message that may have gone out; when the lease ends it is sent again,
with the same Message-ID or Idempotency-Key, by which the receiver can tell.
"""

import asyncio
import logging
from datetime import timedelta

from tortoise.expressions import Q

from models.clock import now
from models.enums import Channel
from models.message import Message
from models.queue import finish, next_due, put_back, take
from subscriptions.mail import Mailer
from subscriptions.sending import SendFailed
from subscriptions.sms import SmsGateway

log = logging.getLogger(__name__)

LANES = 4  # messages of one channel under way at once
LEASE = timedelta(minutes=2)
DELAYS = (5, 30, 120, 600, 3600, 21600)  # seconds to wait after the first, second … failure
CODE_DELAYS = (5, 15, 30, 60)  # a code is of no use for longer
LONGEST_SLEEP = 15.0  # seconds: how late a message is when its wake-up was lost
SHORTEST_SLEEP = 0.05
PAUSE = 1.0  # seconds before a database that failed is asked again
PROVIDER_ID_LENGTH = 120


class Courier:
    """Sends what is due; `wake` it when there may be more.

    The channels have lanes of their own, so that a slow mail server never holds up a code.

    :param keep_bodies: leave codes in the outbox when they are sent (development)
    :param lease: how long a message is ours; half of it is the most that sending one may take
    """

    def __init__(
        self, mailer: Mailer, sms: SmsGateway, *, keep_bodies: bool, lease: timedelta = LEASE
    ) -> None:
        self._adapters: dict[Channel, Mailer | SmsGateway] = {
            Channel.MAIL: mailer,
            Channel.SMS: sms,
        }
        self._keep_bodies, self._lease = keep_bodies, lease
        self._bells = {channel: asyncio.Event() for channel in Channel}

    def wake(self) -> None:
        for bell in self._bells.values():
            bell.set()

    async def run(self) -> None:
        """Send until cancelled. A database that is away is asked again, and no message is lost."""
        async with asyncio.TaskGroup() as lanes:
            for channel in Channel:
                lanes.create_task(self._serve(channel))

    async def _serve(self, channel: Channel) -> None:
        while True:
            self._bells[channel].clear()
            try:
                await self._drain(channel)
                pause = await _pause(channel)
            except Exception:
                log.exception("the courier cannot reach the outbox")
                pause = PAUSE
            await self._sleep(channel, pause)

    async def _sleep(self, channel: Channel, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._bells[channel].wait(), seconds)
        except TimeoutError:
            return

    async def drain(self) -> int:
        """Send all that is due and wait for it. Answers how many went out."""
        return sum([await self._drain(channel) for channel in Channel])

    async def _drain(self, channel: Channel) -> int:
        sent = 0
        while messages := await take(Message, LANES, self._lease, Q(channel=channel)):
            sent += sum(await asyncio.gather(*map(self._attempt, messages)))
        return sent

    async def _attempt(self, message: Message) -> bool:
        """Send one; whatever goes wrong stays with this one."""
        try:
            patience = self._lease.total_seconds() / 2
            sending = self._adapters[message.channel].send(message)
            provider_id = await asyncio.wait_for(sending, patience)
        except SendFailed as failure:
            await _failed(message, failure)
        except TimeoutError:
            await _failed(message, SendFailed("timed out", retryable=True))
        except Exception as error:  # noqa: BLE001 - an adapter's own bug must not stop the others
            await _failed(message, SendFailed(type(error).__name__, retryable=True))
        else:
            await self._sent(message, provider_id)
            return True
        return False

    async def _sent(self, message: Message, provider_id: str) -> None:
        message.sent_at, message.provider_id = now(), provider_id[:PROVIDER_ID_LENGTH]
        if message.code and not self._keep_bodies:
            message.body, message.code = message.body.replace(message.code, "******"), None
        await message.save(update_fields=["sent_at", "provider_id", "body", "code"])
        await finish(message)


async def _failed(message: Message, failure: SendFailed) -> None:
    """Try again later, or give it up; the log names neither recipient nor body."""
    delays = CODE_DELAYS if message.code else DELAYS
    log.warning("message %s: %s", message.key, failure.detail)
    await put_back(
        message, f"{failure.detail} {failure.answer}".strip(), delays if failure.retryable else ()
    )


async def _pause(channel: Channel) -> float:
    due = await next_due(Message, Q(channel=channel))
    if due is None:
        return LONGEST_SLEEP
    return min(max((due - now()).total_seconds(), SHORTEST_SLEEP), LONGEST_SLEEP)
