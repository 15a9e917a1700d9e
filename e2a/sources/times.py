"""Times as sources write them, to instants with what had to be assumed.

Every parser reads its times here and nowhere else; the DST rule itself is `domain.localtime`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from e2a.domain.deliveries import RefusedDeliveryError
from e2a.domain.events import TimeFlag
from e2a.domain.localtime import Fold, is_ambiguous, is_gap, to_instant
from e2a.domain.zones import zone_named

_NOTHING_ASSUMED: frozenset[TimeFlag] = frozenset()


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC and what was assumed to get it."""

    instant: datetime
    flags: frozenset[TimeFlag] = _NOTHING_ASSUMED


def read_time(text: str, field: str, zone: str | None = None, fold: Fold = Fold.FIRST) -> Moment:
    """An ISO 8601 time; without an offset it is local to `zone`, without that it is UTC.

    Raises:
        RefusedDeliveryError: not a date with a time, or outside the calendar.
    """
    stated = _iso(text, field)
    try:
        if stated.tzinfo is not None:
            return Moment(stated.astimezone(UTC))
        if zone is None:
            return Moment(stated.replace(tzinfo=UTC), frozenset({TimeFlag.ASSUMED_ZONE}))
        return _local(stated, ZoneInfo(_known(zone)), fold)
    except OverflowError:
        raise RefusedDeliveryError(
            "implausible_time", f"Field `{field}` lies outside the calendar; correct the clock."
        ) from None


def read_aware(text: str, field: str) -> datetime:
    """A time that must state its offset.

    Raises:
        RefusedDeliveryError: it has none.
    """
    moment = read_time(text, field)
    if moment.flags:
        raise RefusedDeliveryError(
            "invalid_field", f"Field `{field}` has no UTC offset; end it with Z or such as +02:00."
        )
    return moment.instant


def from_epoch(count: int, field: str) -> Moment:
    """Milliseconds since 1970 in UTC.

    Raises:
        RefusedDeliveryError: outside the calendar.
    """
    try:
        return Moment(datetime.fromtimestamp(count / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        raise RefusedDeliveryError(
            "implausible_time", f"Field `{field}` lies outside the calendar; correct the clock."
        ) from None


def _iso(text: str, field: str) -> datetime:
    clean = text.strip().upper()
    try:
        if len(clean) > len("YYYY-MM-DD"):
            return datetime.fromisoformat(clean)
    except ValueError:
        pass
    raise RefusedDeliveryError(
        "invalid_field",
        f"Field `{field}` is not an ISO 8601 date and time; write 2026-03-07T22:00:00-05:00.",
    )


def _known(zone: str) -> str:
    try:
        return zone_named(zone)
    except ValueError as error:
        raise RefusedDeliveryError("invalid_field", f"Field `time_zone`: {error}.") from None


def _local(stated: datetime, zone: ZoneInfo, fold: Fold) -> Moment:
    flags = _NOTHING_ASSUMED
    if is_gap(stated, zone):
        flags = frozenset({TimeFlag.LOCAL_GAP})
    elif is_ambiguous(stated, zone):
        flags = frozenset({TimeFlag.AMBIGUOUS_LOCAL})
    return Moment(to_instant(stated, zone, fold), flags)
