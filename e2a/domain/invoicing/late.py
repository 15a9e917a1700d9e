"""Late work of finalised months (B7): how much, and on which invoice.

The amount is always "re-rated with all that is known now, less all that was billed for it": so it
may be negative, is right after any number of corrections, and is nothing once all is billed.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


def late_amounts(
    expected: Mapping[str | None, Decimal], billed: Mapping[str | None, Decimal]
) -> dict[str | None, Decimal]:
    """What is still to be billed of a finalised month, by tax code; what is settled is left out.

    Args:
        expected: its expected pre-tax lines as known now, true-up and SLA credits included.
        billed: what its invoice billed, its corrections on other invoices included.
    """
    late = {
        code: expected.get(code, ZERO) - billed.get(code, ZERO)
        for code in {**dict(expected), **dict(billed)}
    }
    return {code: amount for code, amount in late.items() if amount}


def target_month(
    original: date, open_months: Collection[date], closed_months: Collection[date], current: date
) -> date:
    """The month whose invoice carries the correction: the next open one.

    Where no later month has an open invoice, one is opened for it: the current month's, or that
    after the last closed month.
    """
    later = [month for month in open_months if month > original]
    if later:
        return min(later)
    last = max([original, *closed_months])
    after = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return max(after, current)
