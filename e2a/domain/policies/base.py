"""The words and values that all policy files share.

A value belongs here when more than one file writes it: local times, validity, parties, milestones.
"""

import re
from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from e2a.domain.localtime import to_instant
from e2a.domain.zones import zone_named

Milestone = Literal[
    "received", "released", "picked", "packed", "shipped", "delivered", "arrived", "stocked"
]
Stage = Literal["pick", "pack", "ship", "deliver", "receive", "missing_scan"]
Party = Literal["warehouse", "merchant", "carrier"]
Zone = Annotated[str, BeforeValidator(zone_named)]

_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


class PolicyModel(BaseModel):
    """Strict and immutable: an unknown key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _local(value: object) -> time:
    """A quoted HH:MM; pydantic alone would take 1020 for seconds since midnight."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError(f'{value!r} is not a local time; write it as "HH:MM"')
    hours, minutes = value.split(":")
    return time(int(hours), int(minutes))


def _closing(value: object) -> time:
    return time() if value == "24:00" else _local(value)


def _half_day(value: object) -> time:
    if value in ("00:00", "0:00"):
        raise ValueError("a half day that ends at 00:00 is closed: write it as an empty override")
    return _closing(value)


LocalTime = Annotated[
    time, BeforeValidator(_local), PlainSerializer(lambda t: f"{t:%H:%M}", return_type=str)
]
_AS_CLOSING = PlainSerializer(lambda t: f"{t:%H:%M}" if t != time() else "24:00", return_type=str)
ClosingTime = Annotated[time, BeforeValidator(_closing), _AS_CLOSING]
HalfDayTime = Annotated[time, BeforeValidator(_half_day), _AS_CLOSING]
"""Closing times: midnight is 24:00, the end of the date."""


def _moment(value: object) -> object:
    """Pydantic alone would take 2026, also in quotes, for seconds since 1970."""
    if not isinstance(value, date) and not re.match(r"\d{4}-\d{2}-\d{2}", str(value)):
        raise ValueError(f"{value!r} is not a date; write it as YYYY-MM-DD")
    return value


ValidFrom = Annotated[datetime, BeforeValidator(_moment)]
"""A date (its midnight) or a time, with an offset or local."""


def instant_of(valid_from: datetime, zone: str) -> datetime:
    """The instant of a `valid_from`; a naive one is local to the zone (C18)."""
    return valid_from if valid_from.tzinfo else to_instant(valid_from, ZoneInfo(zone))
