"""What the log may say. No line of ours names a person's data; what others raise is scrubbed."""

import logging
import re
from typing import Any

from uvicorn.logging import AccessFormatter, DefaultFormatter

HOUSE = ("hardware", "models", "resolvers", "schema", "server", "subscriptions")
# fmt: off
SCRUBBED = (
    (re.compile(r'((?:[A-Z]+|WebSocket) /[^\s?"]*)\?.*(?=")'),     r"\1"),  # queries of URLs
    (re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"),   "[ID number]"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),                      "[phone]"),
    (re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"),          "[e-mail]"),
)
# fmt: on


def scrubbed(text: str) -> str:
    """Without what looks like a resident's ID number, a mobile number or an e-mail address."""
    for pattern, instead in SCRUBBED:
        text = pattern.sub(instead, text)
    return text


class Line(DefaultFormatter):
    """A line with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))


class AccessLine(AccessFormatter):
    """A line for each request."""

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))


def configuration(level: str) -> dict[str, Any]:
    """For logging.config.dictConfig: ours and uvicorn's from `level` on, others' warnings. Nobody
    else's debugging, which would print the values of statements.
    """
    ours = {"level": level.upper()}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": Line, "fmt": "%(levelprefix)s %(message)s"},
            "access": {
                "()": AccessLine,
                "fmt": '%(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s',
            },
        },
        "handlers": {
            "line": {"class": "logging.StreamHandler", "formatter": "line"},
            "access": {
                "class": "logging.StreamHandler",
                "formatter": "access",
                "stream": "ext://sys.stdout",
            },
        },
        "root": {"handlers": ["line"], "level": "WARNING"},
        "loggers": {
            **dict.fromkeys((*HOUSE, "uvicorn"), ours),
            "uvicorn.access": {"handlers": ["access"], "propagate": False, **ours},
        },
    }
