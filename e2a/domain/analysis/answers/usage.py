"""How many tokens a call used and what the provider says it cost; nonsense counts as unsaid.

Cached tokens are inside the prompt's and reasoning tokens inside the completion's: they are kept
for the record and never added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_MOST_TOKENS = 100_000_000
_MOST_USD = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a provider says that it used; `cost` in USD, None if it does not say."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    cost: Decimal | None

    @property
    def tokens(self) -> int:
        """What counts against the budget."""
        return self.input_tokens + self.output_tokens


def read_usage(found: object) -> Usage | None:
    """The usage of a body; None if it is missing or cannot be."""
    if not isinstance(found, dict):
        return None
    given, made = _tokens(found.get("prompt_tokens")), _tokens(found.get("completion_tokens"))
    if given is None or made is None:
        return None
    return Usage(
        input_tokens=given,
        output_tokens=made,
        cached_tokens=_detail(found, "prompt_tokens_details", "cached_tokens"),
        reasoning_tokens=_detail(found, "completion_tokens_details", "reasoning_tokens"),
        cost=_cost(found.get("cost")),
    )


def _tokens(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _MOST_TOKENS else None


def _detail(found: Mapping[str, Any], group: str, key: str) -> int:
    details = found.get(group)
    return (_tokens(details.get(key)) or 0) if isinstance(details, dict) else 0


def _cost(value: object) -> Decimal | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if not 0 <= value <= _MOST_USD:  # NaN is neither
        return None
    return Decimal(repr(value)).quantize(Decimal("1E-12"))
