"""How models are asked: everything from the environment, in one place; `.env.example` says each.

The key is in no `repr` and in no message. Without a key nothing is asked, and everything works.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeVar, cast
from urllib.parse import urlsplit

from e2a.domain.analysis.sampling import RATES, read_rates
from e2a.domain.errors import ConfigurationError
from e2a.domain.exceptions import Severity

OPENROUTER = "https://openrouter.ai/api/v1"
MODEL = "google/gemini-2.5-flash"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says about models; every default is the documented one.

    Args:
        key: of the provider; empty when there is none.
        base_url: of any OpenAI-compatible provider, without `/chat/completions`.
        model: that is asked.
        fallback_models: that a provider may use instead, in this order.
        openrouter: whether the provider knows OpenRouter's extras.
        max_daily_tokens: of all tenants together, a UTC day.
        max_daily_cost: likewise, USD.
        tenant_share: what part of a day one tenant may use, 0 to 1.
        purpose_shares: what part one purpose may use; all of it where none is named.
        min_confidence: below it an answer is not taken; who asks decides by it.
        timeout: seconds of one question with its retries; a question asked again has as many.
        retries: how often a failed attempt is repeated.
        at_once: calls that one process has under way at the provider.
        sampling: of each severity, the part of breaches that are asked about.
        prices: USD per million tokens in and out, by model, before any list.
        app_url: by which OpenRouter attributes calls.
    """

    key: str = field(default="", repr=False)
    base_url: str = OPENROUTER
    model: str = MODEL
    fallback_models: tuple[str, ...] = ()
    openrouter: bool = True
    max_daily_tokens: int = 200_000
    max_daily_cost: Decimal = Decimal(20)
    tenant_share: Decimal = Decimal(1)
    purpose_shares: Mapping[str, Decimal] = field(default_factory=dict)
    min_confidence: float = 0.55
    timeout: float = 20.0
    retries: int = 2
    at_once: int = 4
    sampling: Mapping[Severity, float] = field(default_factory=lambda: RATES["important_only"])
    prices: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    app_url: str = ""

    @property
    def enabled(self) -> bool:
        """Whether models are asked at all."""
        return bool(self.key)

    @property
    def hands(self) -> int:
        """Threads that keep so many calls under way: half as many again prepare and judge."""
        return self.at_once + self.at_once // 2

    @property
    def models(self) -> tuple[str, ...]:
        """The model and those that may answer instead."""
        return (self.model, *self.fallback_models)

    @property
    def provider(self) -> str:
        """The provider's name in metrics: one of two words."""
        return "openrouter" if self.openrouter else "openai_compatible"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of an environment.

    Raises:
        ConfigurationError: a variable says something that cannot be; its value is not shown.
    """
    get = _reader(environment)
    base = get("AI_PROVIDER_BASE_URL", _url, OPENROUTER)
    by_host = (urlsplit(base).hostname or "").endswith("openrouter.ai")
    key = environment.get("AI_API_KEY") or environment.get("OPENROUTER_API_KEY") or ""
    return Settings(
        key=_key(key.strip()),
        base_url=base,
        model=get("AI_MODEL", _name, MODEL),
        fallback_models=get("AI_FALLBACK_MODELS", _names, ()),
        openrouter=get("AI_FLAVOR", _flavor, "openrouter" if by_host else "plain") == "openrouter",
        max_daily_tokens=get("AI_MAX_DAILY_TOKENS", _whole(0, 10**12), 200_000),
        max_daily_cost=get("AI_MAX_DAILY_COST_USD", _decimal(100_000), Decimal(20)),
        tenant_share=get("AI_TENANT_SHARE", _decimal(1), Decimal(1)),
        purpose_shares=get("AI_PURPOSE_SHARES", _shares, {}),
        min_confidence=float(get("AI_MIN_CONFIDENCE", _decimal(1), Decimal("0.55"))),
        timeout=float(get("AI_TIMEOUT_SECONDS", _decimal(600, above=True), Decimal(20))),
        retries=get("AI_RETRY_MAX_ATTEMPTS", _whole(0, 10), 2),
        at_once=get("AI_AT_ONCE", _whole(1, 64), 4),
        sampling=get("AI_SAMPLING_SEVERITY", read_rates, RATES["important_only"]),
        prices=get("AI_PRICES", _prices, {}),
        app_url=environment.get("AI_APP_URL", ""),
    )


def _reader(environment: Mapping[str, str]) -> "_Get":
    return _Get(environment)


@dataclass(frozen=True, slots=True)
class _Get:
    environment: Mapping[str, str]

    def __call__(self, name: str, read: Callable[[str], T], default: T) -> T:
        text = self.environment.get(name, "").strip()
        if not text:
            return default
        try:
            return read(text)
        except (ValueError, InvalidOperation) as error:
            fix = str(error) if isinstance(error, ValueError) else "Write a number"
            raise ConfigurationError(f"{name} cannot be read", fix) from None


def _key(text: str) -> str:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ConfigurationError(
            "AI_API_KEY has signs that no key has", "Copy it again, without quotes and line ends"
        )
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError("Write a URL such as https://openrouter.ai/api/v1")
    if parts.username or parts.password:
        raise ValueError("Leave name and password out; the key goes into AI_API_KEY")
    return text.rstrip("/").removesuffix("/chat/completions")


def _name(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise ValueError("Write the model's id, such as google/gemini-2.5-flash")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(_name(one.strip()) for one in text.split(",") if one.strip())


def _flavor(text: str) -> Literal["openrouter", "plain"]:
    if text not in ("openrouter", "plain"):
        raise ValueError("Write openrouter or plain")
    return cast(Literal["openrouter", "plain"], text)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"Write a whole number from {least} to {most}")
        return int(text)

    return read


def _decimal(most: int, *, above: bool = False) -> Callable[[str], Decimal]:
    def read(text: str) -> Decimal:
        value = Decimal(text)
        if not value.is_finite() or not 0 <= value <= most or (above and value == 0):
            raise ValueError(f"Write a number {'above' if above else 'from'} 0 to {most}")
        return value

    return read


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(n.strip(), v.strip()) for n, _, v in (one.rpartition("=") for one in text.split(","))]


def _shares(text: str) -> dict[str, Decimal]:
    return {name: _decimal(1)(value) for name, value in _pairs(text)}


def _prices(text: str) -> dict[str, tuple[Decimal, Decimal]]:
    found = {}
    for name, value in _pairs(text):
        given, _, made = value.partition("/")
        found[_name(name)] = _decimal(10_000)(given), _decimal(10_000)(made)
    return found
