"""IANA zone names, checked once and with a helpful answer."""

from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones


def zone_named(value: object) -> str:
    """The name itself, if the zone database knows it.

    Raises:
        ValueError: not a zone; the message names the nearest known one.
    """
    try:
        return ZoneInfo(str(value)).key
    except (KeyError, ValueError, OSError):
        near = get_close_matches(str(value), sorted(available_timezones()), 1)
        hint = f"; did you mean {near[0]}?" if near else "; use an IANA name such as Europe/Berlin"
        raise ValueError(f"{value!r} is not a known time zone{hint}") from None
