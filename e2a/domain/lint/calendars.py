"""L16, L17: calendars that have run out, and hours that cannot be meant."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from e2a.domain.calendars import WEEKDAYS
from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.hours import DAY, Hours, days_of, hours, minutes, week
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.subject import Subject
from e2a.domain.public_holidays import Holidays, check_country

YEARS_AHEAD = 2
"""Deadlines of today reach this far at most: 60 days, over New Year, with room to edit."""
LONGEST_NIGHT = 12 * 60
"""An overnight window longer than this is more likely a day shift with its ends swapped."""


def holidays_run_out(subject: Subject) -> Iterator[Remark]:
    """A holiday calendar must reach as far as the deadlines that run on it.

    Own days that all lie in the past, a country that the library `holidays` does not know, or one
    for which it has no data in the years ahead, would make a holiday a working day.
    """
    for calendar in subject.tenant["calendars"]:
        holidays = calendar["holidays"]
        yield from _country(holidays, subject.today)
        own = [day for node in holidays["own"] if isinstance(day := node.scalar, date)]
        if own and max(own) < subject.today:
            yield Remark(
                holidays["own"],
                f"the last of the calendar's own holidays is {max(own)}, before {subject.today}",
                f"Add the days of {subject.today.year} and {subject.today.year + 1}",
                Severity.WARNING,
                on_key=True,
            )


def _country(holidays: Node, today: date) -> Iterator[Remark]:
    country, subdivision = holidays["country"].text, holidays["subdivision"].text
    if country is None:
        return
    try:
        check_country(country, subdivision)
    except ValueError as error:
        problem, _, hint = str(error).partition("; ")
        at = "subdivision" if "subdivision" in problem else "country"
        yield Remark(holidays[at], problem, hint or "Use a code of the library `holidays`")
        return
    known = Holidays(country, subdivision)
    for year in range(today.year, today.year + YEARS_AHEAD + 1):
        first = date(year, 1, 1)
        if not any(first + timedelta(days=n) in known for n in range(365)):
            yield Remark(
                holidays["country"],
                f"the library `holidays` has no data of {country} for {year}",
                f"List the days of {year} under `own`",
                Severity.WARNING,
            )
            return


def hours_empty_or_reversed(subject: Subject) -> Iterator[Remark]:
    """A calendar opens at some time, its windows run forwards and apart, and half days cut them.

    A cut-off that lies outside the hours of every working day never decides anything.
    """
    for calendar in subject.tenant["calendars"]:
        yield from _never_opens(calendar)
        yield from _twice(calendar)
        for windows in (*calendar["weekly"], *calendar["overrides"]):
            yield from _reversed(windows)
            yield from _overlapping(hours(windows))
        yield from _overnight(calendar)
        yield from _half_days(calendar)
    yield from _cut_offs(subject)


def _never_opens(calendar: Node) -> Iterator[Remark]:
    weekly = calendar["weekly"]
    if weekly and not any(list(windows) for windows in weekly):
        yield Remark(
            weekly, f"calendar {calendar.key} never opens", "Give it a window", on_key=True
        )


def _twice(calendar: Node) -> Iterator[Remark]:
    seen: set[str] = set()
    for key, windows in calendar["weekly"].members.items():
        again = seen.intersection(days_of(key))
        if again:
            yield Remark(
                windows,
                f"{', '.join(sorted(again, key=WEEKDAYS.index))} has hours already",
                "Name each weekday once",
                on_key=True,
            )
        seen.update(days_of(key))


def _reversed(windows: Node) -> Iterator[Remark]:
    for window in hours(windows):
        length = window.closes - window.opens
        if length == DAY and window.opens:
            problem = "the window opens and closes at one time, which is read as 24 hours"
        elif window.crosses_midnight and length > LONGEST_NIGHT:
            problem = f"the window is read as a night of {length // 60} hours"
        else:
            continue
        yield Remark(window.node, problem, "Check whether `from` and `to` are swapped")


def _overlapping(windows: Sequence[Hours]) -> Iterator[Remark]:
    for earlier, later in pairwise(sorted(windows, key=lambda window: window.opens)):
        if later.opens < earlier.closes:
            line = earlier.node.mark.line
            yield Remark(
                later.node,
                f"the window overlaps the one on line {line}",
                "Let each window start after the one before it",
            )


def _overnight(calendar: Node) -> Iterator[Remark]:
    days = week(calendar)
    for day, following in pairwise((*WEEKDAYS, WEEKDAYS[0])):
        night = max((window.closes for window in days.get(day, [])), default=0) - DAY
        morning = min(days.get(following, []), key=lambda window: window.opens, default=None)
        if morning and morning.opens < night:
            yield Remark(
                morning.node,
                f"the window of {following} opens before the night of {day} has ended",
                "Let it start when the night ends",
            )
            return


def _half_days(calendar: Node) -> Iterator[Remark]:
    days = week(calendar)
    for day, node in calendar["half_days"].members.items():
        clip = minutes(node)
        if clip is None or not isinstance(day, date):
            continue
        windows = days.get(WEEKDAYS[day.weekday()], [])
        if not windows:
            yield Remark(
                node,
                f"{day} is a {WEEKDAYS[day.weekday()]}, on which the calendar is closed anyway",
                "Correct the date or remove the half day",
                Severity.WARNING,
                on_key=True,
            )
        elif not min(w.opens for w in windows) < clip < max(w.closes for w in windows):
            yield Remark(
                node,
                f"the half day of {day} ends outside the day's hours and does not cut them",
                "Name a time within the hours, or write an override",
                Severity.WARNING,
            )


def _cut_offs(subject: Subject) -> Iterator[Remark]:
    for entry in subject.entries:
        days = [day for node in subject.calendars_of(entry).values() for day in week(node).values()]
        working = [day for day in days if day]
        for stage in entry.stages.values():
            minute = minutes(stage["cut_off"])
            if minute is not None and working and not any(_within(minute, d) for d in working):
                yield Remark(
                    stage["cut_off"],
                    f"the cut-off {stage['cut_off'].text} lies outside the hours of every day",
                    "Name a time between opening and close, or leave it out for the close",
                    Severity.WARNING,
                )


def _within(minute: int, day: Sequence[Hours]) -> bool:
    """Whether a cut-off lies between the first opening and the last close; a night's may follow."""
    opens, closes = min(w.opens for w in day), max(w.closes for w in day)
    return any(opens < at <= closes for at in (minute, minute + DAY))
