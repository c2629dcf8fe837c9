"""Keeping the figures: results.json, and the table in docs/benchmarks.md made from it."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from figures import OURS, Row

RESULTS = Path(__file__).parent / "results.json"
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: begin (made by make bench) -->", "<!-- figures: end -->"
COLUMNS = (
    ("case", "---"),
    ("subject", "---"),
    ("n", "--:"),
    ("per second", "--:"),
    ("× portcard", "--:"),
    ("p50 ms", "--:"),
    ("p99 ms", "--:"),
    ("CPU µs each", "--:"),
    ("RSS MiB", "--:"),
)


def keep(bench: str, rows: Sequence[Row]) -> None:
    """Put the rows in place of those of the same bench, and write the page anew."""
    known: list[Row] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else []
    stamp: Row = {"date": datetime.now(UTC).date().isoformat(), "machine": machine()}
    kept = [row for row in known if row["bench"] != bench] + [{**row, **stamp} for row in rows]
    kept.sort(key=lambda row: str(row["bench"]))
    RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", "utf-8")
    _write_page(kept)


def machine() -> str:
    """What it was measured on, without saying whose it is."""
    parts = (
        f"{_processor()}, {os.cpu_count()} cores",
        f"{platform.system()} {platform.release().partition('-')[0]}",
        f"{platform.python_implementation()} {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    )
    return "; ".join(parts)


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _write_page(rows: Sequence[Row]) -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text("\n".join([before + BEGIN, *_lines(rows), END + after]), "utf-8")


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    for bench in dict.fromkeys(row["bench"] for row in rows):
        cases = list(dict.fromkeys(row["case"] for row in rows if row["bench"] == bench))
        found = [row for row in rows if row["bench"] == bench]
        mine = sorted(found, key=lambda row: cases.index(row["case"]))
        yield from ("", f"### {bench}", "", f"{mine[0]['date']} · {mine[0]['machine']}", "")
        yield _line([name for name, _ in COLUMNS])
        yield _line([rule for _, rule in COLUMNS])
        yield from (_line(_cells(row, mine)) for row in mine)
    yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row, mine: Sequence[Row]) -> list[str]:
    ours = next(one for one in mine if one["case"] == row["case"] and one["subject"] == OURS)
    subject = f"**{OURS}**" if row is ours else str(row["subject"])
    times = float(row["per_s"] or 0) / float(ours["per_s"] or 1)
    measured = ("per_s", "p50_ms", "p99_ms", "cpu_us", "rss_mib")
    per_s, p50, p99, cpu, rss = (_number(row[name]) for name in measured)
    return [str(row["case"]), subject, str(row["n"]), per_s, f"{times:.2g}", p50, p99, cpu, rss]


def _number(value: str | float | None) -> str:
    """Three digits that count."""
    if value is None:
        return "–"
    number = float(value)
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
