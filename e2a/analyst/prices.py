"""What tokens cost in USD: as configured, else by the list of `genai-prices`, else as assumed.

An unknown price is not zero: it is the price of a dear model, and rows say `assumed`. The list is a
snapshot inside the package, of the package's date.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from e2a.analyst.settings import Settings

ASSUMED = Decimal(15), Decimal(75)
"""USD per million tokens in and out of a model that nobody knows."""
_MILLION = Decimal(1_000_000)
_STEP = Decimal("1E-12")


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount of USD and who says it."""

    usd: Decimal
    source: Literal["prices", "assumed"]


def cost_of(settings: Settings, model: str, input_tokens: int, output_tokens: int) -> Cost:
    """What so many tokens of a model cost, without any discount for cached ones."""
    known = _known(settings, model, is_long=input_tokens > 200_000)
    given, made = known or ASSUMED
    usd = (given * input_tokens + made * output_tokens) / _MILLION
    return Cost(usd.quantize(_STEP), "prices" if known else "assumed")


def dearest(settings: Settings, input_tokens: int, output_tokens: int) -> Decimal:
    """What is held for a call that any of the models may answer."""
    return max(cost_of(settings, m, input_tokens, output_tokens).usd for m in settings.models)


def dearest_rates(settings: Settings) -> tuple[Decimal, Decimal]:
    """USD per million tokens in and out beyond which no provider may answer: what is held for."""
    rates = [_known(settings, m, is_long=False) or ASSUMED for m in settings.models]
    return max(given for given, _ in rates), max(made for _, made in rates)


def _known(settings: Settings, model: str, *, is_long: bool) -> tuple[Decimal, Decimal] | None:
    """As configured, else as listed."""
    return settings.prices.get(model) or _listed(
        model, settings.base_url, settings.openrouter, is_long
    )


@lru_cache(maxsize=256)
def _listed(
    model: str, base_url: str, openrouter: bool, is_long: bool
) -> tuple[Decimal, Decimal] | None:
    from genai_prices import Usage, calc_price  # a second to load; not for who asks nothing

    tokens = 1_000_000 if is_long else 1_000
    usage = Usage(input_tokens=tokens, output_tokens=tokens)
    try:
        if openrouter:
            found = calc_price(usage, model_ref=model, provider_id="openrouter")
        else:
            found = calc_price(usage, model_ref=model, provider_api_url=base_url)
    except LookupError:
        return None
    return found.input_price * _MILLION / tokens, found.output_price * _MILLION / tokens
