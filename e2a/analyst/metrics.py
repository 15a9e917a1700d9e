"""Metrics of model calls, read from the ledger: true for all processes, also for those that ended.

Names of tokens and durations are OpenTelemetry's for generative AI, as Prometheus writes them.
Labels come from closed sets: models are those that were configured (the ones asked for), words are
those of the ledger. Cached answers are counted apart and cost nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

import psycopg
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from e2a.analyst.spending import spent

TOKENS = tuple(float(4**power) for power in range(14))
SECONDS = tuple(0.01 * 2**power for power in range(14))
_GEN_AI = ("gen_ai_operation_name", "gen_ai_request_model")


class LedgerCollector(Collector):
    """What Prometheus asks; each scrape reads the ledger once.

    Args:
        connection: as the application or the analyst; read only.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def collect(self) -> Iterator[Metric]:
        """The metrics of now."""
        with self._connection.transaction():
            yield self._tokens()
            yield self._durations()
            yield from self._counters()
            yield from self._gauges()

    def _tokens(self) -> Metric:
        found = HistogramMetricFamily(
            "gen_ai_client_token_usage", "Billable tokens of a call.",
            labels=(*_GEN_AI, "gen_ai_token_type"),
        )  # fmt: skip
        for column, kind in (("input_tokens", "input"), ("output_tokens", "output")):
            for model, buckets, total in self._histogram(column, TOKENS):
                found.add_metric(("chat", model, kind), buckets, total)
        return found

    def _durations(self) -> Metric:
        found = HistogramMetricFamily(
            "gen_ai_client_operation_duration_seconds", "From sending to the answer's end.",
            labels=_GEN_AI,
        )  # fmt: skip
        for model, buckets, total in self._histogram("seconds", SECONDS):
            found.add_metric(("chat", model), buckets, total)
        return found

    def _histogram(
        self, column: str, bounds: Sequence[float]
    ) -> Iterator[tuple[str, list[tuple[str, float]], float]]:
        falling = [-bound for bound in reversed(bounds)]
        names = [*(str(bound) for bound in bounds), "+Inf"]
        rows = self._connection.execute(_HISTOGRAM[column], (falling,)).fetchall()
        for model, group in groupby(rows, key=itemgetter(0)):
            counts, total = [0.0] * len(names), 0.0
            for _, above, times, value in group:
                counts[len(bounds) - above] += times
                total += value
            yield model, list(zip(names, accumulate(counts), strict=True)), total

    def _counters(self) -> Iterator[Metric]:
        cost = CounterMetricFamily(
            "ai_cost_usd", "What calls were charged.", labels=("purpose", "cost_source")
        )
        for purpose, source, usd in self._connection.execute(_COST).fetchall():
            cost.add_metric((purpose, source), float(usd))
        yield cost
        yield self._counted("ai_fallback", "Rules wrote instead, by reason.", "fallback", "reason")
        yield self._counted(
            "ai_grounding_fail", "Checks that rejected an answer for good.", "check", "check"
        )
        yield self._counted("ai_cache", "Looks into kept answers.", "cache", "result")

    def _counted(self, name: str, text: str, kind: str, label: str) -> Metric:
        found = CounterMetricFamily(name, text, labels=("purpose", label))
        for purpose, word, times in self._connection.execute(_COUNTS, (kind,)).fetchall():
            found.add_metric((purpose, word), float(times))
        return found

    def _gauges(self) -> Iterator[Metric]:
        used = GaugeMetricFamily(
            "ai_budget_used_ratio", "Used and held, of the day's tighter limit.", labels=("scope",)
        )
        ratios: dict[str, float] = {}
        for one in spent(self._connection):  # of tenants, the one that has used most
            ratios[one.scope] = max(one.used_ratio, ratios.get(one.scope, 0.0))
        for scope, ratio in ratios.items():
            used.add_metric((scope,), ratio)
        yield used
        state = GaugeMetricFamily(
            "ai_breaker_state", "1 when open.", labels=("gen_ai_request_model", "breaker")
        )
        for model, breaker, is_open in self._connection.execute(_BREAKERS).fetchall():
            state.add_metric((model, breaker), float(is_open))
        yield state


# Bounds are inclusive, which width_bucket's are not: so both sides are turned around.
_HISTOGRAM = {
    column: f"""
select
    requested_model, width_bucket(-{column}::double precision, %s::double precision[]),
    count(*), sum({column})::double precision
from ops.ai_calls where {column} is not null group by 1, 2 order by 1, 2
"""
    for column in ("input_tokens", "output_tokens", "seconds")
}

_COST = """
select purpose, coalesce(cost_source, 'none'), sum(charged_cost)
from ops.ai_calls group by 1, 2 order by 1, 2
"""

_COUNTS = """
select purpose, word, sum(times) from ops.ai_counts where kind = %s group by 1, 2 order by 1, 2
"""

_BREAKERS = """
select model, case prompt_sha when '' then 'transport' else 'quality' end, bool_or(state = 'open')
from ops.ai_breakers group by 1, 2 order by 1, 2
"""
