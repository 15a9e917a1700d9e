"""Public holidays by country, from the library `holidays`: the one place that asks it.

Names are English where the library has them, without their "(observed)" suffix, so that a policy
reads the same on every machine. Which windows a holiday closes belongs to `e2a.domain.calendars`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

import holidays

_SUFFIX = re.compile(r" \((?:observed|estimated|observed, estimated)\)$")
_YEARS = range(2015, 2036)
"""Years whose names are known to a check; every year is known to a calendar."""


@dataclass(frozen=True, slots=True)
class Holidays:
    """The days on which a calendar is closed (C3)."""

    country: str | None = None
    subdivision: str | None = None
    exceptions: frozenset[str] = frozenset()
    own: frozenset[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        if day in self.own:
            return True
        if self.country is None:
            return False
        names = _year(self.country, self.subdivision, day.year).get(day, ())
        return any(name not in self.exceptions for name in names)


def check_country(country: str, subdivision: str | None) -> None:
    """Refuse a country or subdivision that the library does not know.

    Raises:
        ValueError: names what is known or near.
    """
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(f"country {country} has no holidays{_near(country, known)}")
    if subdivision is not None and subdivision not in known[country]:
        hint = _near(subdivision, known[country])
        raise ValueError(f"country {country} has no subdivision {subdivision}{hint}")


def check_names(country: str, subdivision: str | None, names: Iterable[str]) -> None:
    """Refuse an exception that is no holiday of the country or the subdivision: a misspelling.

    Raises:
        ValueError: names the nearest holiday.
    """
    wanted = set(names)
    if not wanted:
        return
    places = {None, subdivision}
    years = [_year(country, place, year) for place in places for year in _YEARS]
    known = {name for year in years for found in year.values() for name in found}
    for name in sorted(wanted - known):
        raise ValueError(f"{country} has no holiday {name}{_near(name, known)}")


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, sorted(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


@lru_cache(maxsize=1024)
def _year(country: str, subdivision: str | None, year: int) -> dict[date, tuple[str, ...]]:
    found = holidays.country_holidays(country, subdivision, years=year, language="en_US")
    return {
        day: tuple(_SUFFIX.sub("", name) for name in found.get_list(day)) for day in sorted(found)
    }
