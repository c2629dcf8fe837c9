"""What a log line keeps to itself."""

import logging
import logging.config
from collections.abc import Iterator

import pytest

from server.logs import HOUSE, configuration

KEEPS = [
    ("Key (phone)=(13812345678) already exists", "Key (phone)=([phone]) already exists"),
    ("value '22010219800101001X' is wrong", "value '[ID number]' is wrong"),
    ("RCPT TO:<a.b+c@mail.example.com>", "RCPT TO:<[e-mail]>"),
    ("card 7: token 0123456789ABCDEF0123456789ABCDEF", None),
    ("application XB2026112400000001 at 1764000000000", None),
]


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    names = ("", *HOUSE, "uvicorn", "uvicorn.access")
    logs = [logging.getLogger(name) for name in names]
    kept = [(log, log.level, log.handlers[:], log.propagate) for log in logs]
    yield
    for log, level, handlers, propagate in kept:
        log.level, log.handlers, log.propagate = level, handlers, propagate


@pytest.mark.parametrize(("said", "kept"), KEEPS)
def test_what_looks_personal_is_scrubbed_and_nothing_else(
    capsys: pytest.CaptureFixture[str], said: str, kept: str | None
) -> None:
    logging.config.dictConfig(configuration("info"))
    logging.getLogger("schema.masking").error("internal error", exc_info=ValueError(said))
    told = capsys.readouterr().err
    assert f"ValueError: {kept or said}" in told
    assert kept is None or said not in told


def test_a_requests_line_has_no_query(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(configuration("info"))
    told = ("127.0.0.1:1", "GET", '/graphql?query={x(phone:"secret")}', "1.1", 200)
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *told)
    logging.getLogger("uvicorn.error").info(
        '%s - "WebSocket %s" [accepted]', "x", "/graphql?t=secret"
    )
    said = "".join(capsys.readouterr())
    assert '"GET /graphql" 200 OK' in said
    assert '"WebSocket /graphql" [accepted]' in said
    assert "secret" not in said


def test_others_debugging_stays_out(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(configuration("debug"))
    logging.getLogger("aiosqlite").debug("executing with ('value',)")
    logging.getLogger("server.engine").debug("ours")
    told = capsys.readouterr().err
    assert "executing" not in told
    assert "ours" in told
