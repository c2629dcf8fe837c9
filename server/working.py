"""A process of workers without a door."""

import asyncio
import logging.config
import signal

from server.engine import running
from server.keyring import require_ring
from server.logs import configuration
from server.settings import Settings


async def work(settings: Settings) -> None:
    """Send mail and SMS and make cards until a signal ends it."""
    logging.config.dictConfig(configuration(settings.log_level))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(settings):
        await require_ring()
        await stop.wait()
