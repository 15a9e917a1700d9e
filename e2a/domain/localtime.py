"""Local wall-clock time to instants, by the one rule of C2.

The only place that resolves DST gaps and folds. `zoneinfo` and Postgres' AT TIME ZONE answer
differently in a gap, so neither is used alone anywhere else.
"""

from datetime import UTC, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo


class Fold(Enum):
    """Which occurrence of an ambiguous local time is meant (C2)."""

    FIRST = 0  # opens a window; naive event times
    LAST = 1  # closes a window; cut-offs


def is_ambiguous(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the naive local time happens twice in the zone."""
    first, last = (local.replace(tzinfo=zone, fold=f).utcoffset() for f in (0, 1))
    return not is_gap(local, zone) and first != last


def is_gap(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the naive local time never happens in the zone."""
    there_and_back = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) != local


def to_instant(local: datetime, zone: ZoneInfo, fold: Fold = Fold.FIRST) -> datetime:
    """The UTC instant of a naive local time; a time in a gap is the end of the gap (C2).

    Raises:
        ValueError: the time is not naive.
    """
    if local.tzinfo is not None:
        raise ValueError(f"{local.isoformat()} already has an offset; pass a naive local time")
    if is_gap(local, zone):
        return _end_of_gap(local, zone)
    return local.replace(tzinfo=zone, fold=fold.value).astimezone(UTC)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the transition: before it the first offset holds, from it on the second."""
    before, after = (local.replace(tzinfo=zone, fold=f).utcoffset() for f in (0, 1))
    assert before is not None
    assert after is not None
    low = (local - after).replace(tzinfo=UTC) - timedelta(seconds=1)
    high = (local - before).replace(tzinfo=UTC) + timedelta(seconds=1)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
