"""Metrics of model calls, read from the ledger: true for all processes, also for those that ended.

Names of tokens and durations are OpenTelemetry's for generative AI, as Prometheus writes them.
Labels come from closed sets: what is in none is `other`, and so are models beyond the most used
ones. What is counted is said by `analyst.metrics` (migration 0034); how it is written, here.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, cast

import psycopg
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.analysis.violations import Check

TOKENS = tuple(float(4**power) for power in range(14))
SECONDS = tuple(0.01 * 2**power for power in range(14))
FALLING = [-bound for bound in reversed(TOKENS)], [-bound for bound in reversed(SECONDS)]
"""What `analyst.metrics` is given: the bounds of tokens and seconds, negated and falling."""
MOST_MODELS = 20
PURPOSES = frozenset({"breach_narrative", "adjustment_rationale", "policy_review"})
OTHER = "other"
_WORDS: Mapping[str, Collection[str]] = {
    "fallback": frozenset(map(str, FallbackReason)),
    "check": frozenset(map(str, Check)),
    "cache": frozenset({"hit", "miss", "rejected"}),
}
_GEN_AI = ("gen_ai_operation_name", "gen_ai_request_model")

Figures = Mapping[str, Any]
"""What `analyst.metrics` answers."""


class LedgerCollector(Collector):
    """What Prometheus is told.

    Args:
        figures: of the ledger; None if it could not be read, of which the page tells and no more.
    """

    def __init__(self, figures: Figures | None) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """The metrics of these figures."""
        figures = self._figures
        yield GaugeMetricFamily(
            "ai_ledger_up", "1 when the ledger of model calls could be read.",
            value=float(figures is not None),
        )  # fmt: skip
        if figures is None:
            return
        models = _most_used(figures)
        yield from _histograms(figures, models)
        yield from _counters(figures)
        yield from _gauges(figures, models)


def figures_of(connection: psycopg.Connection[Any]) -> Figures:
    """The ledger's figures of now.

    Args:
        connection: as the application or the analyst; read only.
    """
    row = connection.execute("select analyst.metrics(%s, %s)", FALLING).fetchone()
    assert row is not None
    return cast(Figures, row[0])


def text_of(figures: Figures | None) -> bytes:
    """The metrics as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(LedgerCollector(figures))
    return generate_latest(registry)


def _most_used(figures: Figures) -> frozenset[str]:
    used: Counter[str] = Counter()
    for _, model, _, times, _ in figures["histograms"]:
        used[model] += times
    return frozenset(model for model, _ in used.most_common(MOST_MODELS))


def _histograms(figures: Figures, models: Collection[str]) -> Iterator[Metric]:
    tokens = HistogramMetricFamily(
        "gen_ai_client_token_usage", "Billable tokens of a call, since the month began.",
        labels=(*_GEN_AI, "gen_ai_token_type"),
    )  # fmt: skip
    took = HistogramMetricFamily(
        "gen_ai_client_operation_duration_seconds", "From sending to the answer's end.",
        labels=_GEN_AI,
    )  # fmt: skip
    found: defaultdict[tuple[str, str], list[tuple[int, int, float]]] = defaultdict(list)
    for measure, model, above, times, total in figures["histograms"]:
        found[measure, model if model in models else OTHER].append((above, times, total))
    for (measure, model), parts in sorted(found.items()):
        bounds = SECONDS if measure == "seconds" else TOKENS
        family = took if measure == "seconds" else tokens
        more = () if measure == "seconds" else (measure,)
        family.add_metric(("chat", model, *more), *_summed(bounds, parts))
    yield from (tokens, took)


def _summed(
    bounds: Sequence[float], parts: Sequence[tuple[int, int, float]]
) -> tuple[list[tuple[str, float]], float]:
    """Cumulative buckets, and the sum: `above` says how many of the bounds are not reached."""
    counts = [0.0] * (len(bounds) + 1)
    for above, times, _ in parts:
        counts[len(bounds) - above] += times
    names = [*(str(bound) for bound in bounds), "+Inf"]
    buckets = list(zip(names, accumulate(counts), strict=True))
    return buckets, float(sum(total for _, _, total in parts))


def _counters(figures: Figures) -> Iterator[Metric]:
    cost = CounterMetricFamily(
        "ai_cost_usd", "What calls were charged, since the month began.",
        labels=("purpose", "cost_source"),
    )  # fmt: skip
    usd: defaultdict[tuple[str, str], float] = defaultdict(float)
    for purpose, source, amount in figures["costs"]:
        usd[_closed(purpose, PURPOSES), source] += amount
    for labels, value in sorted(usd.items()):
        cost.add_metric(labels, value)
    yield cost
    for kind, name, text, label in (
        ("fallback", "ai_fallback", "Rules wrote instead, by reason.", "reason"),
        ("check", "ai_grounding_fail", "Checks that rejected an answer for good.", "check"),
        ("cache", "ai_cache", "Looks into kept answers.", "result"),
    ):
        yield _counted(figures, kind, CounterMetricFamily(name, text, labels=("purpose", label)))


def _counted(figures: Figures, kind: str, family: CounterMetricFamily) -> Metric:
    times: Counter[tuple[str, str]] = Counter()
    for of, purpose, word, count in figures["counts"]:
        if of == kind:
            times[_closed(purpose, PURPOSES), _closed(word, _WORDS[kind])] += count
    for labels, count in sorted(times.items()):
        family.add_metric(labels, float(count))
    return family


def _gauges(figures: Figures, models: Collection[str]) -> Iterator[Metric]:
    used = GaugeMetricFamily(
        "ai_budget_used_ratio",
        "Used and held, of the day's tighter limit; of tenants, the one that has used most.",
        labels=("scope",),
    )
    scopes = {"global", "tenant", *(f"purpose:{purpose}" for purpose in PURPOSES)}
    worst: defaultdict[str, float] = defaultdict(float)
    for scope, ratio in figures["scopes"]:
        worst[_closed(scope, scopes)] = max(ratio, worst[_closed(scope, scopes)])
    for scope, ratio in sorted(worst.items()):
        used.add_metric((scope,), ratio)
    yield used
    state = GaugeMetricFamily(
        "ai_breaker_state", "1 when open.", labels=("gen_ai_request_model", "breaker")
    )
    is_open: defaultdict[tuple[str, str], bool] = defaultdict(bool)
    for model, breaker, opened in figures["breakers"]:
        is_open[_closed(model, models), breaker] |= opened
    for labels, opened in sorted(is_open.items()):
        state.add_metric(labels, float(opened))
    yield state


def _closed(word: str, known: Collection[str]) -> str:
    return word if word in known else OTHER
