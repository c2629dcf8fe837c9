"""Measure, and keep what was measured: python benchmarks/run.py all|reads|submit|fanout|issuance"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import fanout
import issuance
import reads
import report
import submit
from figures import Row

Bench = Callable[[Path], Awaitable[list[Row]]]
BENCHES: dict[str, Bench] = {
    "reads": reads.run,
    "submit": submit.run,
    "fanout": fanout.run,
    "issuance": issuance.run,
}


async def measure(name: str) -> None:
    """One bench, with servers and folders of its own."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="portcard-bench-") as folder:
        rows = await BENCHES[name](Path(folder))
    report.keep(name, rows)
    print(f"{name} ({time.perf_counter() - began:.0f} s)")
    for row in rows:
        print(
            f"  {row['case']:<28} {row['subject']:<38} {row['per_s']:>10}/s"
            f"  p50 {row['p50_ms']:>9} ms  p99 {row['p99_ms']:>9} ms  cpu {row['cpu_us']} µs"
        )


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "all"
    if what != "all" and what not in BENCHES:
        sys.exit(f"run.py all|{'|'.join(BENCHES)}")
    for name in BENCHES if what == "all" else [what]:
        asyncio.run(measure(name))


if __name__ == "__main__":
    main()
