"""The figures of telling many: how fast, how late, and what it costs."""

from collections import defaultdict
from collections.abc import Sequence

from figures import Row, milliseconds
from load import Round

BENCH = "fanout"


def row(
    case: str,
    subject: str,
    told: Round,
    expected: int,
    *,
    cpu: float,
    memory: float | None,
    idle: float | None,
) -> Row:
    """One line of the results; `cpu` in seconds, `memory` MiB, `idle` KiB a connection."""
    late = [(heard - published) / 1e9 for published, heard in told.deliveries]
    return {
        "bench": BENCH,
        "case": case,
        "subject": subject,
        "n": told.heard,
        "per_s": round(told.heard / told.wall, 1),
        "burst_per_s": burst(told),
        "p50_ms": milliseconds(late, 0.50),
        "p99_ms": milliseconds(late, 0.99),
        "cpu_us": round(cpu * 1e6 / max(told.heard, 1), 1),
        "idle_kib": None if idle is None else round(idle, 1),
        "rss_mib": memory,
        "load_cores": round(told.cpu / told.wall, 2),
        "bytes": len(told.frame),
        "note": None if told.heard == expected else f"{expected - told.heard} were not told",
    }


def failed(case: str, subject: str, why: str) -> Row:
    """The line of a subject that could not do it."""
    measured = ("per_s", "burst_per_s", "p50_ms", "p99_ms", "cpu_us", "idle_kib", "rss_mib")
    nothing: Row = dict.fromkeys((*measured, "load_cores", "bytes"))
    return {"bench": BENCH, "case": case, "subject": subject, "n": 0, **nothing, "note": why}


def burst(told: Round) -> float | None:
    """Deliveries a second while it tells: from the first who hears an event to the last of it."""
    moments: dict[int, list[int]] = defaultdict(list)
    for published, heard in told.deliveries:
        moments[published].append(heard)
    telling = sum(_span(heard) for heard in moments.values())
    return round(told.heard / telling, 1) if telling else None


def _span(heard: Sequence[int]) -> float:
    return (max(heard) - min(heard)) / 1e9
