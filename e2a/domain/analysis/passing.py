"""Which reasons pass by themselves: what was not answered for one of them is asked about again.

A reason that is not here is about what was asked or answered, and stands while the facts do.
"""

from e2a.domain.analysis.reasons import FallbackReason

CLOSED = frozenset(
    {
        FallbackReason.NO_KEY, FallbackReason.BUDGET, FallbackReason.BREAKER_OPEN,
        FallbackReason.PROVIDER_KEY, FallbackReason.PROVIDER_CREDIT, FallbackReason.QUALITY,
    }
)  # fmt: skip
"""Reasons that hold for the next question as well: a pass that hears one ends."""

PASSING = CLOSED | {
    FallbackReason.THINNED, FallbackReason.BUSY, FallbackReason.PROVIDER_REQUEST,
    FallbackReason.RATE_LIMITED, FallbackReason.PROVIDER_ERROR, FallbackReason.TIMEOUT,
    FallbackReason.TRANSPORT, FallbackReason.TOO_LARGE, FallbackReason.UNDECODABLE,
}  # fmt: skip
"""Reasons that say nothing about what was asked."""

TOMORROW = frozenset({FallbackReason.BUDGET, FallbackReason.THINNED})
"""Reasons that a new UTC day ends."""
