"""Instants and durations as people write them in a scenario.

A time without an offset is local; what zone that is, the scenario decides. Resolving local times is
left to `e2a.domain.localtime` (C2).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema

from e2a.domain.localtime import Fold, is_gap, to_instant
from e2a.domain.zones import zone_named

_INSTANT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?"
    r"(?:\s*(?P<offset>Z|[+-]\d{2}:?\d{2}))?(?:\s+(?P<zone>[A-Za-z][\w+\-/]*))?"
)
_DURATION = re.compile(
    r"(?P<sign>-)?\s*(?:(?P<days>\d+)\s*d(?:ays?)?)?\s*(?:(?P<hours>\d+)\s*h(?:ours?)?)?\s*"
    r"(?:(?P<minutes>\d+)\s*m(?:in(?:utes)?)?)?\s*(?:(?P<seconds>\d+(?:\.\d+)?)\s*s(?:ec)?)?"
)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written: an instant, or local to a zone that is named here or by the context."""

    stated: datetime
    zone: str | None = None
    name: str | None = None
    """The name of an offset, such as EST: which of two occurrences is meant."""

    def instant(self, zone: str, fold: Fold = Fold.FIRST) -> datetime:
        """The instant in UTC; a naive time is local to the zone, in its first occurrence (C2).

        Raises:
            ValueError: the zone knows no offset of that name at that time.
        """
        if self.stated.tzinfo is not None:
            return self.stated.astimezone(UTC)
        place = ZoneInfo(self.zone or zone)
        return self._named(place) if self.name else to_instant(self.stated, place, fold)

    def _named(self, place: ZoneInfo) -> datetime:
        both = [self.stated.replace(tzinfo=place, fold=fold.value) for fold in Fold]
        if not is_gap(self.stated, place):
            for local in both:
                if local.tzname() == self.name:
                    return local.astimezone(UTC)
        known = " or ".join(dict.fromkeys(str(local.tzname()) for local in both))
        raise ValueError(
            f"{self.stated:%Y-%m-%d %H:%M} in {place.key} is {known}, not {self.name}; "
            "write an offset such as -05:00, or the zone's full name"
        )


def read_moment(value: object) -> object:
    """A date and time: naive, with an offset, with an IANA zone, or with a name such as EST.

    Raises:
        ValueError: it is none of these.
    """
    if value is None or isinstance(value, Moment):
        return value
    if isinstance(value, datetime):
        return Moment(value)
    if isinstance(value, date):
        return Moment(datetime.combine(value, time()))
    found = _INSTANT.fullmatch(str(value).strip())
    if not found:
        raise ValueError(
            f"{value!r} is not a time; write 2026-03-07 22:00, 2026-03-08T03:00:00Z, "
            "2026-03-07 22:00 -05:00 or 2026-03-07 22:00 America/New_York"
        )
    return _moment(str(value), **found.groupdict())


def _moment(text: str, date: str, time: str | None, offset: str | None, zone: str | None) -> Moment:
    try:
        stated = _end_of(date) if time in ("24:00", "24:00:00") else _naive(date, time)
        if offset:
            return Moment(stated.replace(tzinfo=_offset(offset)))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time: {error}") from None
    if zone is None:
        return Moment(stated)
    if "/" in zone or zone in ("UTC", "GMT"):
        return Moment(stated, zone=zone_named(zone))
    return Moment(stated, name=zone)


def _naive(date: str, time: str | None) -> datetime:
    return datetime.fromisoformat(f"{date}T{time or '00:00'}")


def _end_of(date: str) -> datetime:
    return _naive(date, None) + DAY


def _offset(text: str) -> tzinfo:
    zone = datetime.fromisoformat(f"2000-01-01T00:00{text}").tzinfo
    assert zone is not None
    return zone


def read_seconds(value: object) -> object:
    """Seconds as a number, or a duration such as `2h 45m`, `65 h` or `30m`.

    Raises:
        ValueError: it is neither.
    """
    if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
        return value
    found = _DURATION.fullmatch(str(value).strip())
    if not found or not re.search(r"\d", str(value)):
        raise ValueError(f"{value!r} is no duration; write seconds, or such as 2h 45m")
    parts = {name: Decimal(text or 0) for name, text in found.groupdict().items() if name != "sign"}
    seconds = ((parts["days"] * 24 + parts["hours"]) * 60 + parts["minutes"]) * 60 + parts[
        "seconds"
    ]
    return -seconds if found["sign"] else seconds


def said(seconds: Decimal) -> str:
    """Seconds as a person reads them: `9900 (2h 45m)`."""
    plain = f"{seconds.normalize():f}"
    whole, rest = abs(seconds) // 60, abs(seconds) % 60
    parts = [(whole // 60, "h"), (whole % 60, "m"), (rest.normalize(), "s")]
    words = " ".join(f"{count:f}{unit}" for count, unit in parts if count)
    return f"{plain} ({'-' if seconds < 0 else ''}{words})" if abs(seconds) >= 60 else plain


When = Annotated[
    Moment,
    BeforeValidator(read_moment),
    WithJsonSchema(
        {
            "type": "string",
            "description": "YYYY-MM-DD HH:MM[:SS], local unless an offset, Z or a zone follows",
        }
    ),
]
Seconds = Annotated[
    Decimal,
    BeforeValidator(read_seconds),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string"}], "description": "seconds, or 2h 45m"}
    ),
]
