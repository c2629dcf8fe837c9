"""Measure, and keep what was measured: python benchmarks/run.py all|reads|submit|fanout|issuance"""

import asyncio
import resource
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
SHORTER: dict[str, Bench] = {"fanout": fanout.run_shorter}
"""What a bench leaves out when all are run."""
BENCHES: dict[str, Bench] = {
    "reads": reads.run,
    "submit": submit.run,
    "fanout": fanout.run,
    "issuance": issuance.run,
}


async def measure(name: str, bench: Bench) -> None:
    """One bench, with servers and folders of its own."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="portcard-bench-") as folder:
        rows = await bench(Path(folder))
    report.keep(name, rows)
    print(f"{name} ({time.perf_counter() - began:.0f} s)")
    for row in rows:
        print(
            f"  {row['case']:<28} {row['subject']:<38} {row['per_s'] or '–':>10}/s"
            f"  p50 {row['p50_ms'] or '–':>9} ms  p99 {row['p99_ms'] or '–':>9} ms"
            f"  cpu {row['cpu_us'] or '–'} µs"
        )


def allow_many_files() -> None:
    """Ten thousand sockets on either side, as far as this machine lets its users."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "all"
    if what != "all" and what not in BENCHES:
        sys.exit(f"run.py all|{'|'.join(BENCHES)}")
    allow_many_files()
    chosen = BENCHES | SHORTER if what == "all" else {what: BENCHES[what]}
    for name, bench in chosen.items():
        asyncio.run(measure(name, bench))


if __name__ == "__main__":
    main()
