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
# what a row may tell, and its heading; a bench has the columns that some row of it fills
# fmt: off
MEASURED = (
    ("n",           "n"),
    ("per_s",       "per second"),
    ("times",       "× portcard"),
    ("burst_per_s", "while telling"),
    ("p50_ms",      "p50 ms"),
    ("p99_ms",      "p99 ms"),
    ("cpu_us",      "CPU µs each"),
    ("idle_kib",    "KiB idle"),
    ("rss_mib",     "RSS MiB"),
    ("load_cores",  "load's cores"),
    ("bytes",       "bytes"),
)
# fmt: on
NOTE = "note"


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
        yield from _table([{**row, "times": _times(row, mine)} for row in mine])
    yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    shown = [(key, name) for key, name in MEASURED if any(row.get(key) is not None for row in rows)]
    notes = [NOTE] if any(row.get(NOTE) for row in rows) else []
    yield _line(["case", "subject", *(name for _, name in shown), *notes])
    yield _line(["---", "---", *("--:" for _ in shown), *("---" for _ in notes)])
    for row in rows:
        subject = f"**{OURS}**" if row["subject"] == OURS else str(row["subject"])
        numbers = (_cell(key, row.get(key)) for key, _ in shown)
        told = (str(row.get(key) or "") for key in notes)
        yield _line([str(row["case"]), subject, *numbers, *told])


def _times(row: Row, rows: Sequence[Row]) -> float | None:
    """How many times ours, of the same case."""
    ours = (one for one in rows if one["case"] == row["case"] and one["subject"] == OURS)
    per_s = next((one["per_s"] for one in ours), None)
    return float(row["per_s"]) / float(per_s) if row["per_s"] and per_s else None


def _cell(key: str, value: str | float | None) -> str:
    if key == "n":
        return str(value)
    if key == "times" and value is not None:
        return f"{value:.2g}"
    return _number(value)


def _number(value: str | float | None) -> str:
    """Three digits that count."""
    if value is None:
        return "–"
    number = float(value)
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
