"""The courier: takes mail and SMS out of the outbox and sends each once, as far as that can be.

A message is sent between two writes to the database: the lease before, the outcome after. A process
that dies in between leaves a message that may have gone out; when the lease ends it is sent again,
with the same Message-ID or Idempotency-Key, by which the receiver can tell.
"""

import asyncio
import logging
from datetime import timedelta
from functools import partial
from typing import Any

from tortoise.expressions import Q

from models.clock import now
from models.enums import Channel
from models.message import Message
from models.queue import TAKEN, finish, held, put_back, seconds_until, take
from subscriptions.mail import Mailer
from subscriptions.rounds import Rounds
from subscriptions.sending import SendFailed
from subscriptions.sms import SmsGateway

log = logging.getLogger(__name__)

LANES = 4  # messages of one channel under way at once
LEASE = timedelta(seconds=12)  # renewed: how late a message is whose sender was killed
PATIENCE = 60.0  # seconds that sending one may take
DELAYS = (5, 30, 120, 600, 3600, 21600)  # seconds to wait after the first, second … failure
CODE_DELAYS = (5, 15, 30, 60)  # a code is of no use for longer
LONGEST_SLEEP = 15.0  # seconds: how late a message is when its wake-up was lost
PROVIDER_ID_LENGTH = 120


class Courier:
    """Sends what is due; `wake` it when there may be more.

    The channels have lanes of their own, so that a slow mail server never holds up a code.

    :param keep_bodies: leave codes in the outbox when they are sent (development)
    :param lease: for how long a message is still ours when we have stopped renewing that
    """

    def __init__(
        self, mailer: Mailer, sms: SmsGateway, *, keep_bodies: bool, lease: timedelta = LEASE
    ) -> None:
        self._adapters: dict[Channel, Mailer | SmsGateway] = {
            Channel.MAIL: mailer,
            Channel.SMS: sms,
        }
        self._keep_bodies, self._lease = keep_bodies, lease
        self._rounds = {
            channel: Rounds(partial(self._round, channel), f"the courier of {channel}")
            for channel in Channel
        }

    def wake(self) -> None:
        for rounds in self._rounds.values():
            rounds.wake()

    def end(self) -> None:
        """Send what is under way, and no more."""
        for rounds in self._rounds.values():
            rounds.end()

    async def run(self) -> None:
        """Send until told to end."""
        async with asyncio.TaskGroup() as lanes:
            for rounds in self._rounds.values():
                lanes.create_task(rounds.run())

    async def _round(self, channel: Channel) -> float:
        if pause := await seconds_until(Message, LONGEST_SLEEP, Q(channel=channel)):
            return pause
        return 0 if await self._send_some(channel) else TAKEN

    async def drain(self) -> int:
        """Send all that is due and wait for it. Answers how many went out."""
        sent = 0
        for channel in Channel:
            while outcomes := await self._send_some(channel):
                sent += sum(outcomes)
        return sent

    async def _send_some(self, channel: Channel) -> list[bool]:
        messages = await take(Message, LANES, self._lease, Q(channel=channel))
        async with asyncio.TaskGroup() as lanes:
            sending = [lanes.create_task(self._attempt(message)) for message in messages]
        return [task.result() for task in sending]

    async def _attempt(self, message: Message) -> bool:
        """Send one; whatever goes wrong stays with this one."""
        try:
            async with held(message, self._lease):
                sending = self._adapters[message.channel].send(message)
                provider_id = await asyncio.wait_for(sending, PATIENCE)
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
        told: dict[str, Any] = {"sent_at": now(), "provider_id": provider_id[:PROVIDER_ID_LENGTH]}
        if message.code and not self._keep_bodies:
            told |= {"body": message.body.replace(message.code, "******"), "code": None}
        await finish(message, **told)


async def _failed(message: Message, failure: SendFailed) -> None:
    """Try again later, or give it up; the log names neither recipient nor body."""
    delays = CODE_DELAYS if message.code else DELAYS
    log.warning("message %s: %s", message.key, failure.detail)
    await put_back(
        message, f"{failure.detail} {failure.answer}".strip(), delays if failure.retryable else ()
    )
