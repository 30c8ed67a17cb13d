"""Counters for those who run the house, on a port of their own that only this machine reaches.

Labels are methods, route patterns and status codes. No label may ever be a person, a paddle, an
auction or a reference: a metric is kept for years by systems nobody audits.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server


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

    def gauge(self, name: str, what: str, read: Callable[[], float]) -> None:
        """A figure that is read whenever somebody looks."""
        Gauge(f"daylight_{name}", what, registry=self._registry).set_function(read)

    def serve(self, port: int) -> Callable[[], None]:
        """Answer at http://127.0.0.1:port/metrics; returns how to stop."""
        server, thread = start_http_server(port, addr="127.0.0.1", registry=self._registry)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop
