"""What was measured: latencies, the wall clock, and the server's processor time."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from processes import Meter

Row = dict[str, str | int | float | None]

OURS = "portcard"


@dataclass
class Sample:
    """Seconds each act took and all of them together; what the measured process spent and held."""

    meter: Meter
    seconds: list[float] = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0
    memory: float | None = None

    @contextmanager
    def running(self) -> Iterator["Sample"]:
        """Around everything that counts."""
        cpu, began = self.meter.cpu_seconds(), time.perf_counter()
        yield self
        self.wall += time.perf_counter() - began
        after = self.meter.cpu_seconds()
        self.cpu += after - cpu
        self.memory = self.meter.memory_mib()

    @contextmanager
    def act(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - began)

    def row(self, bench: str, case: str, subject: str, *, each: int = 1) -> Row:
        """One line of the results; `each` act counts as that many (subscribers, for one event)."""
        count = len(self.seconds) * each
        return {
            "bench": bench,
            "case": case,
            "subject": subject,
            "n": count,
            "per_s": round(count / self.wall, 1),
            "p50_ms": milliseconds(self.seconds, 0.50),
            "p99_ms": milliseconds(self.seconds, 0.99),
            "cpu_us": round(self.cpu * 1e6 / count, 1),
            "rss_mib": self.memory,
        }


def milliseconds(seconds: Sequence[float], share: float) -> float:
    """Nearest rank: of fewer than 100 values the 99th percentile is the slowest."""
    rank = max(math.ceil(share * len(seconds)), 1)
    return round(sorted(seconds)[rank - 1] * 1e3, 3)
