"""A whole file looked at before it becomes a paper: off the loop, a few at a time."""

import asyncio
import logging
import multiprocessing
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from functools import partial

from pebble import ProcessExpired, ProcessPool

from models.refusals import Refusal, Refused, refuse
from resolvers import pdf
from resolvers.pictures import judge_picture

log = logging.getLogger(__name__)

AT_ONCE = 2
"""A picture takes up to 160 MiB while it is decoded."""
PDF_SECONDS = 10.0
START_SECONDS = 20.0
"""For the process to start, on a busy machine."""
LOST = (TimeoutError, ProcessExpired, BrokenProcessPool, CancelledError)


class Inspector:
    """Judges files. A picture's work is bounded by its size, so a thread does; a PDF has a process
    of its own, which is ended when it takes longer than `pdf_seconds`. `takes_damaged`: what cannot
    be opened is let pass, so that the tests of a client need no real papers.
    """

    def __init__(self, pdf_seconds: float = PDF_SECONDS, *, takes_damaged: bool = False) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)
        self._pdf_seconds = pdf_seconds
        self._passed = frozenset({"UPLOAD_DAMAGED"} if takes_damaged else ())

    async def judge(self, content: bytes, content_type: str) -> None:
        """Raises Refused with the codes of `resolvers.pictures` and `resolvers.pdf`."""
        async with self._places:
            try:
                await asyncio.to_thread(self._judge, content, content_type)
            except Refused as refused:
                if not {refusal.code for refusal in refused.refusals} <= self._passed:
                    raise

    def _judge(self, content: bytes, content_type: str) -> None:
        if content_type == "application/pdf":
            self._judge_pdf(content)
        else:
            judge_picture(content, content_type)

    def _judge_pdf(self, content: bytes) -> None:
        try:
            refusal = self._judged(content)
        except LOST as error:
            log.warning("a PDF could not be judged: %r", error)
            raise refuse("PDF_TOO_LARGE") from None
        if refusal:
            raise Refused(refusal)

    def _judged(self, content: bytes) -> Refusal | None:
        pool = ProcessPool(max_workers=1, context=multiprocessing.get_context("spawn"))
        try:
            task = partial(pdf.judged, content)
            future = pool.schedule(task, timeout=self._pdf_seconds)
            found: Refusal | None = future.result(START_SECONDS + self._pdf_seconds)
        finally:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
        return found
