"""Counters for those who run the house, on a port of their own: this machine's unless told otherwise.

Labels are methods, route patterns and status codes. No label may ever be a person, a paddle, an
auction or a reference: a metric is kept for years by systems nobody audits.
"""

from collections.abc import Callable
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

#: Seconds. What is promised lies between them: a bell idle and under load, a commit that is lost time.
_ON_DISK: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5)


class Metrics:
    """What the door and the house report."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "daylight_requests",
            "HTTP requests answered",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._decisions = Counter(
            "daylight_decisions",
            "Requests decided here; of a refusal, the reason",
            ["outcome", "reason"],
            registry=self._registry,
        )
        self._on_disk = Histogram(
            "daylight_on_disk_seconds",
            "From the stamp of a request, or the instant a bell was due, to the disk",
            ["what"],
            buckets=_ON_DISK,
            registry=self._registry,
        )
        # A series that begins with its first event hides that event from every rate: bells are rare.
        for what in ("bell", "request"):
            self._on_disk.labels(what)
        self._seconds = Histogram(
            "daylight_request_seconds", "Time to answer", ["route"], registry=self._registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request."""
        # A method is whatever a stranger wrote; unknown ones share one label.
        known = method if method in ("GET", "HEAD", "POST", "PUT", "DELETE") else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def decided(self, outcome: str, reason: str) -> None:
        """One request that is in a log now; `reason` is empty for one that was accepted."""
        self._decisions.labels(outcome, reason).inc()

    def on_disk(self, what: Literal["bell", "request"], seconds: float) -> None:
        """How long one entry took to be in the log: of a bell, how late it was."""
        self._on_disk.labels(what).observe(seconds)

    def gauge(self, name: str, what: str, read: Callable[[], float]) -> None:
        """A figure that is read whenever somebody looks."""
        Gauge(f"daylight_{name}", what, registry=self._registry).set_function(read)

    def serve(self, port: int, host: str = "127.0.0.1") -> Callable[[], None]:
        """Answer at http://host:port/metrics; returns how to stop."""
        server, thread = start_http_server(port, addr=host, registry=self._registry)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop
