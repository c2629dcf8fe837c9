"""What is counted of the live path, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from models.clock import now
from models.event import Event

# fmt: off
SECONDS = (.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60)
# fmt: on


class LiveFigures:
    """Of one process. `registry`: where it is read; each process, or test, has its own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.latency = Histogram(
            "portcard_publish_to_wire_seconds",
            "From an event's moment until it was written to all who could take it.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.told = Counter(
            "portcard_deliveries_total", "Events told to clients.", registry=self.registry
        )
        self.lagged = Counter(
            "portcard_lagged_clients_total",
            "Clients that were told to resume from their cursor.",
            registry=self.registry,
        )
        self.aborted = Counter(
            "portcard_aborted_clients_total",
            "Clients cut off because they took nothing.",
            registry=self.registry,
        )

    def tells(self, event: Event, members: int) -> None:
        """It has been written to so many."""
        self.told.inc(members)
        self.latency.observe(max(0.0, (now() - event.occurred_at).total_seconds()))
