"""Which breaches a model is asked about: by severity, and always the same ones.

The choice depends on the breach and the prompt's version alone, so that who asks again asks about
the same. How much of a nearly used day each severity may still take is here too.
"""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256

from e2a.domain.exceptions import Severity

_ALWAYS = {Severity.CRITICAL: 1.0, Severity.HIGH: 1.0}

RATES: Mapping[str, Mapping[Severity, float]] = {
    "all": _ALWAYS | {Severity.MEDIUM: 1.0, Severity.LOW: 1.0},
    "important_only": _ALWAYS | {Severity.MEDIUM: 0.0, Severity.LOW: 0.0},
}
"""What the names of `AI_SAMPLING_SEVERITY` mean."""

SHARES = {Severity.LOW: Decimal("0.80"), Severity.MEDIUM: Decimal("0.95")}
"""How much of the day's budget may be used when a breach of this severity still takes from it."""


def is_sampled(
    subject: str, prompt_version: str, severity: Severity | None, rates: Mapping[Severity, float]
) -> bool:
    """Whether a model is asked; what has no severity always is."""
    if severity is None:
        return True
    place = int.from_bytes(sha256(f"{subject}{prompt_version}".encode()).digest()) % 10_000
    return place < round(rates.get(severity, 0.0) * 10_000)


def share_of_day(severity: Severity | None) -> Decimal:
    """How much of the day's budget may be used when this severity still takes from it."""
    return Decimal(1) if severity is None else SHARES.get(severity, Decimal(1))


def read_rates(text: str) -> Mapping[Severity, float]:
    """`all`, `important_only`, or rates below the always asked: `MEDIUM=0.25,LOW=0.05`.

    Raises:
        ValueError: it is none of these.
    """
    if text in RATES:
        return RATES[text]
    rates = dict(RATES["important_only"])
    for one in text.split(","):
        name, _, rate = one.strip().partition("=")
        if name not in (Severity.MEDIUM, Severity.LOW) or not _is_rate(rate):
            raise ValueError("Write all, important_only, or such as MEDIUM=0.25,LOW=0.05")
        rates[Severity(name)] = float(rate)
    return rates


def _is_rate(text: str) -> bool:
    whole, _, part = text.partition(".")
    return text.isascii() and (whole + part).isdigit() and 0 <= float(text) <= 1
