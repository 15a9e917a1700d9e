"""`tenant.yaml`: who a tenant is, its sites, and the calendars that promises run on.

What a calendar means as instants belongs to `e2a.domain.calendars`.
"""

from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from e2a.domain.calendars import WEEKDAYS, Calendar, Window
from e2a.domain.events import Code
from e2a.domain.policies.base import ClosingTime, HalfDayTime, LocalTime, PolicyModel, Zone
from e2a.domain.public_holidays import Holidays, check_country, check_names


class SiteText(PolicyModel):
    """A warehouse: its IANA zone and the calendar it works by."""

    zone: Zone
    calendar: str


class WindowText(PolicyModel):
    """Local opening hours `from`-`to`, half-open; `to` at or before `from` is the next day (C3)."""

    opens: LocalTime = Field(alias="from")
    closes: ClosingTime = Field(alias="to")

    def window(self) -> Window:
        """As the calendar rules take it."""
        return Window(self.opens, self.closes)


class HolidaysText(PolicyModel):
    """Days without work: a country's public holidays (observed days too) and the site's own."""

    country: str | None = None
    subdivision: str | None = None
    exceptions: tuple[str, ...] = Field(default=(), alias="except")
    own: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.country is None:
            if self.subdivision or self.exceptions:
                raise ValueError("`subdivision` and `except` need a `country`")
            return self
        check_country(self.country, self.subdivision)
        check_names(self.country, self.subdivision, self.exceptions)
        return self

    def holidays(self) -> Holidays:
        """As the calendar rules take them."""
        return Holidays(
            self.country, self.subdivision, frozenset(self.exceptions), frozenset(self.own)
        )


class CalendarText(PolicyModel):
    """Either `open: always`, or weekly windows with holidays, half days and overrides (C3)."""

    open: Literal["always"] | None = None
    weekly: dict[str, list[WindowText]] = Field(default_factory=dict)
    holidays: HolidaysText | None = None
    half_days: dict[date, HalfDayTime] = Field(default_factory=dict)
    overrides: dict[date, list[WindowText]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.open is None) == (not self.weekly):
            raise ValueError("give either `open: always` or `weekly` windows")
        if self.open and (self.holidays or self.half_days or self.overrides):
            raise ValueError("`open: always` takes no holidays, half_days or overrides")
        self.days()
        return self

    def days(self) -> dict[str, list[WindowText]]:
        """The weekly windows by single day, ranges such as `mon-fri` spelt out."""
        found: dict[str, list[WindowText]] = {}
        for key, windows in self.weekly.items():
            for day in _days_of(key):
                if day in found:
                    raise ValueError(f"`weekly` names {day} twice")
                found[day] = windows
        return found

    def calendar(self, zone: str) -> Calendar:
        """The calendar in a site's zone."""
        if self.open:
            return Calendar(ZoneInfo(zone))
        days = self.days()
        return Calendar(
            ZoneInfo(zone),
            tuple(_windows(days.get(day, [])) for day in WEEKDAYS),
            tuple(sorted((day, _windows(texts)) for day, texts in self.overrides.items())),
            tuple(sorted(self.half_days.items())),
            self.holidays.holidays() if self.holidays else None,
        )


def _windows(texts: list[WindowText]) -> tuple[Window, ...]:
    return tuple(text.window() for text in texts)


def _days_of(key: str) -> list[str]:
    """From mon: [mon]; from fri-mon: [fri, sat, sun, mon]."""
    first, _, last = key.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise ValueError(f"`weekly.{key}` is no day; write one of {', '.join(WEEKDAYS)} or mon-fri")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [WEEKDAYS[(start + step) % 7] for step in range((end - start) % 7 + 1)]


def _switch(value: object) -> object:
    """YAML reads a bare `on` or `off` as true or false."""
    return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value


class TenantText(PolicyModel):
    """`tenant.yaml`.

    Attributes:
        ai: what may be sent to a model about this tenant: `on` facts and scrubbed order notes,
            `facts` facts only, `off` nothing.
        locale: the language in which notes are written, such as `en` or `de_AT`.
    """

    tenant: Code
    name: str
    sites: dict[Code, SiteText] = Field(min_length=1)
    calendars: dict[Code, CalendarText]
    billing_zone: Zone
    service_levels: tuple[Code, ...] = ()
    channels: tuple[Code, ...] = ()
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    active_from: date | None = None
    active_until: date | None = None
    ai: Annotated[Literal["on", "facts", "off"], BeforeValidator(_switch)] = "on"
    locale: Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")] = "en"

    @model_validator(mode="after")
    def _calendars_exist(self) -> Self:
        for name, site in self.sites.items():
            if site.calendar not in self.calendars:
                raise ValueError(
                    f"site {name} names calendar {site.calendar}, which is not defined"
                )
        return self
