"""Reading: an officer's list of twenty applications, and one in detail."""

import json
from collections.abc import Iterable
from itertools import repeat
from pathlib import Path

from figures import OURS, Row, Sample
from limits import QUERY
from processes import Started, limits, portcard
from story import visitors
from wire import checked, measured, operation, request

BENCH = "reads"
APPLICATIONS, OPERATORS = 20, 2
LANES = 4
LIST, DETAIL = "list of 20", "one in detail"
TIMES = 1000
TIMES_BARE = 4000  # a bare answer takes little: more of them, for the clock's sake
WARM_UP = 50


async def run(folder: Path) -> list[Row]:
    async with portcard(folder) as server:
        token, application = await _prepared(server)
        asked = {
            LIST: operation("Applications", token, first=APPLICATIONS),
            DETAIL: operation("ApplicationDetail", token, id=application),
        }
        ours, answers = [], {}
        for case, sent in asked.items():
            sample, answers[case] = await _repeated(server, sent, TIMES)
            ours.append(sample.row(BENCH, case, OURS))
    return ours + await _peers(folder, answers)


async def _prepared(server: Started) -> tuple[str | None, str]:
    async with visitors(server) as people:
        for unit in await people.filled(APPLICATIONS, OPERATORS):
            await unit.submit()
        officer = await people.officer()
        return officer.client.token, unit.id


async def _repeated(server: Started, sent: bytes, times: int) -> tuple[Sample, bytes]:
    """The sample, and one answer of it."""
    await measured(server, repeat(sent, WARM_UP), LANES)
    sample, answers = await measured(server, repeat(sent, times), LANES)
    checked(_few(answers))
    return sample, answers[-1]


def _few(answers: list[bytes]) -> list[bytes]:
    return answers[:: len(answers) // 20]


async def _peers(folder: Path, answers: dict[str, bytes]) -> list[Row]:
    stored = folder / "answers"
    stored.mkdir()
    (stored / "list.json").write_bytes(answers[LIST])
    (stored / "detail.json").write_bytes(answers[DETAIL])
    plain = json.dumps({"query": QUERY}).encode()
    subjects: Iterable[tuple[str, str, bytes, int]] = (
        (LIST, "plain Strawberry, data in memory", request("/plain/", plain), TIMES),
        (LIST, "bare Starlette, same bytes", request("/bytes/list"), TIMES_BARE),
        (DETAIL, "bare Starlette, same bytes", request("/bytes/detail"), TIMES_BARE),
    )
    rows = []
    async with limits(stored) as peer:
        for case, subject, sent, times in subjects:
            sample, answer = await _repeated(peer, sent, times)
            _require_same(answer, answers[case])
            rows.append(sample.row(BENCH, case, subject))
    return rows


def _require_same(answer: bytes, ours: bytes) -> None:
    """The data; our answer also tells what it cost."""
    if json.loads(answer)["data"] != json.loads(ours)["data"]:
        raise RuntimeError("the peer answers with something else")
