"""What OpenRouter says afterwards of calls: the day's use of a key, and the cost of one generation.

Strict: a figure that is missing, negative or no number is no figure. Nothing else of an answer is
looked at, and none of it is logged.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from e2a.analyst.transport import HttpAnswer, Transport, TransportError
from e2a.domain.analysis.answers.strict_json import NotStrictError, strict_object

_MOST_USD = 10**6


class ToldError(Exception):
    """The provider did not say it; the text is a word of ours, never one of his."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one call came to; USD."""

    cost: Decimal
    input_tokens: int
    output_tokens: int

    @property
    def tokens(self) -> int:
        """All that is billed."""
        return self.input_tokens + self.output_tokens


def spent_today(transport: Transport, seconds: float) -> Decimal:
    """What the key has used on the UTC day so far, USD.

    Raises:
        ToldError: there is no such figure.
    """
    return _money(_data(_asked(transport, "/key", seconds)), "usage_daily")


def generation(transport: Transport, name: str, seconds: float) -> Generation | None:
    """What a call with this id came to; None if the provider does not know it.

    Raises:
        ToldError: the answer is no such document, or there is none.
    """
    answer = _asked(transport, "/generation", seconds, id=name)
    if answer.status == 404:
        return None
    data = _data(answer)
    cost = _money(data, "total_cost")
    counts = (data.get("native_tokens_prompt"), data.get("native_tokens_completion"))
    given, made = (one if _is_count(one) else 0 for one in counts)
    return Generation(cost, int(given or 0), int(made or 0))


def _asked(transport: Transport, path: str, seconds: float, **query: str) -> HttpAnswer:
    try:
        return transport.get(path, seconds, **query)
    except TransportError as error:
        raise ToldError(error.kind) from None


def _data(answer: HttpAnswer) -> dict[str, Any]:
    if answer.status != 200:
        raise ToldError(f"status {answer.status}")
    try:
        data = strict_object(answer.body.decode()).get("data")
    except (UnicodeDecodeError, NotStrictError):
        raise ToldError("no JSON") from None
    if not isinstance(data, dict):
        raise ToldError("no data")
    return data


def _money(data: dict[str, Any], name: str) -> Decimal:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ToldError(f"no {name}")
    if not 0 <= value <= _MOST_USD:
        raise ToldError(f"{name} out of range")
    return Decimal(str(value))


def _is_count(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
