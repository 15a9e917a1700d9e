"""How much a model is told of a value: a word of a closed list whole, a figure only roughly.

The rough size lets a model choose its tone; it is part of the cache key, so keep the steps few.
"""

from datetime import timedelta
from decimal import Decimal

_SPANS = ((timedelta(hours=1), "minutes"), (timedelta(days=1), "hours"), (timedelta(7), "days"))


def bucket(kind: str, value: object) -> str | None:
    """What stands in the prompt for a value; None if nothing does (names, instants)."""
    if kind in ("word", "cause"):
        return str(value).rpartition(":")[2]
    if isinstance(value, timedelta):
        return next((word for limit, word in _SPANS if abs(value) < limit), "weeks")
    if isinstance(value, int | Decimal):
        return "none" if value == 0 else "single" if value == 1 else "several"
    amount = getattr(value, "amount", None)
    if amount is None:
        return None
    return "nothing" if amount == 0 else "in favour of the payer" if amount < 0 else "to be paid"
