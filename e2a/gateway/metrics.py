"""Prometheus metrics: closed label sets only, so that no caller can make a new series.

With several processes PROMETHEUS_MULTIPROC_DIR (set by `server`) lets each answer for all.
"""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from e2a.gateway.senders import SENDERS

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_OTHER = "other"
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        own = CollectorRegistry()
        self._registry = own
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            self._registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]
        self._requests = Counter(
            "e2a_gateway_requests", "Posts by sender and answer.", ("source", "answer"),
            registry=own,
        )  # fmt: skip
        self._took = Histogram(
            "e2a_gateway_seconds", "From a request's head to its answer.", ("source",),
            registry=own, buckets=_BUCKETS,
        )  # fmt: skip
        self._series: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        self._waiting = Gauge(
            "e2a_gateway_queue_rows", "Deliveries that wait for their commit.",
            multiprocess_mode="livesum", registry=own,
        )  # fmt: skip
        self._lag = Gauge(
            "e2a_inbox_lag_seconds", "Age of the oldest delivery that a lane has not read.",
            ("lane",), multiprocess_mode="livemax", registry=own,
        )  # fmt: skip

    def answered(self, source: str, answer: str, seconds: float) -> None:
        """Count a request.

        Args:
            source: the path word; one that is none of ours is counted as `other`.
            answer: stored, conflict, duplicate, partial (a batch of which some was known), or a
                word of REFUSALS.
            seconds: from its head to its answer.
        """
        word = source if source in SENDERS else _OTHER
        key = word, answer
        if key not in self._series:
            self._series[key] = self._requests.labels(word, answer), self._took.labels(word)
        requests, took = self._series[key]
        requests.inc()
        took.observe(seconds)

    def page(self, waiting: int, lags: dict[str, float]) -> bytes:
        """The metrics as Prometheus reads them.

        Args:
            waiting: deliveries in this process's queue.
            lags: seconds by lane.
        """
        self._waiting.set(waiting)
        for lane, seconds in lags.items():
            self._lag.labels(lane).set(seconds)
        return generate_latest(self._registry)
