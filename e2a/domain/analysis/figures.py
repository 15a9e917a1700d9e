"""A fact as text, per audience and locale; all figures by Babel, all words from `words`.

Durations are rounded down to the minute and have at most two units. Instants are on the clock of
the zone, with its name, so that nobody has to guess whose noon it is.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time, get_timezone_name
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from e2a.domain.analysis.facts import Audience, Fact, FactKind, Money
from e2a.domain.analysis.words import word
from e2a.domain.errors import BadInputError


def figure(fact: Fact, zone: ZoneInfo, audience: Audience, locale: str) -> str:
    """What stands where the slot was.

    Raises:
        BadInputError: the locale is not known, or has no words.
    """
    in_locale = locale_named(locale)
    match fact.value:
        case timedelta() as span:
            return duration(span, in_locale)
        case datetime() as instant:
            return moment(instant, zone, audience, in_locale)
        case Money(amount, currency):
            return format_currency(amount, currency, locale=in_locale, decimal_quantization=False)
        case int() | Decimal() as count:
            return format_decimal(count, locale=in_locale, decimal_quantization=False)
    assert isinstance(fact.value, str)
    if fact.kind is FactKind.NAME:
        return fact.value
    return word(fact.value, audience, in_locale.language)


@lru_cache(maxsize=64)
def locale_named(locale: str) -> Locale:
    """Babel's locale of a name such as `de`, `en_GB` or `en-GB`.

    Raises:
        BadInputError: there is none.
    """
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        raise BadInputError(
            f"Locale {locale!r} is not known", "Write it like de or en_GB"
        ) from None


def duration(span: timedelta, locale: Locale) -> str:
    """`1 hour 7 minutes`: whole minutes, below a minute seconds."""
    parts = (
        format_unit(count, f"duration-{unit}", "long", locale=locale)
        for count, unit in _units(int(abs(span).total_seconds()))
    )
    return " ".join(parts)


def moment(instant: datetime, zone: ZoneInfo, audience: Audience, locale: Locale) -> str:
    """`Mon, Mar 2, 2026, 2:05 PM CST`: day, time and the name of the zone."""
    shown = instant.astimezone(zone)
    day = format_skeleton("yMMMEd", shown, tzinfo=zone, locale=locale)
    time = format_time(shown, "short", tzinfo=zone, locale=locale)
    width = "short" if audience is Audience.OPS else "long"
    return f"{day}, {time} {_zone_name(shown, width, locale)}"


def _zone_name(shown: datetime, width: str, locale: Locale) -> str:
    if width == "short":  # `CST` as everybody in operations writes it; Babel says `-0600` abroad
        return shown.tzname() or ""
    return get_timezone_name(shown, "long", locale=locale)


def _units(seconds: int) -> Iterator[tuple[int, str]]:
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        yield days, "day"
    if hours:
        yield hours, "hour"
    if minutes and not days:
        yield minutes, "minute"
    if not (days or hours or minutes):
        yield seconds, "second"
