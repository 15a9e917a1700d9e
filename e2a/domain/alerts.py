"""What is announced where and when: routes, grace, quiet hours, digests; from arguments alone.

    a breach opens ──> opened      announce_after = due + grace
                   └─> escalated   due + escalate_after, if nobody has taken it by then
    a clock at risk ─> at_risk     at once
    a breach clears ─> cleared     at once, where `opened` or `escalated` was told

Each instant is then moved to the end of quiet hours and, in a digest, to the next whole multiple of
its interval since midnight UTC. What is stored about it belongs to `e2a.alerts`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from e2a.domain.exceptions import Severity
from e2a.domain.localtime import to_instant
from e2a.domain.policies.alerts import AlertsText, QuietText, RouteText

Kind = Literal["opened", "escalated", "at_risk", "cleared"]
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is spoken about: an episode, or a clock that is at risk.

    Attributes:
        stage: None of a reported problem.
        since: the deadline that passed, or at which a clock came to be at risk.
        zone: of the site, else of the tenant.
    """

    stage: str | None
    severity: Severity
    site: str | None
    since: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """One message to one destination."""

    kind: Kind
    destination: str
    announce_after: datetime
    digest: bool


def opened(alerts: AlertsText, subject: Subject, now: datetime) -> list[Announcement]:
    """What an episode that has just been opened calls for; none if it is old news."""
    if now - subject.since > timedelta(hours=alerts.announce_within_hours):
        return []
    found: list[Announcement] = []
    for route in _routes(alerts, subject):
        grace = timedelta(seconds=route.announce_after_seconds)
        if not route.escalations_only:
            found += _to_all(alerts, route, subject, "opened", max(now, subject.since + grace))
        if route.escalate_after_minutes is not None:
            unheeded = subject.since + timedelta(minutes=route.escalate_after_minutes)
            found += _to_all(alerts, route, subject, "escalated", max(now, unheeded))
    return _once(found)


def at_risk(alerts: AlertsText, subject: Subject, now: datetime) -> list[Announcement]:
    """The warnings that a clock at risk calls for."""
    found: list[Announcement] = []
    for route in _routes(alerts, subject):
        if route.at_risk:
            found += _to_all(alerts, route, subject, "at_risk", now)
    return _once(found)


def cleared(alerts: AlertsText, subject: Subject, destination: str, now: datetime) -> Announcement:
    """The retraction at a destination that was told: as its route says, else at once."""
    for route in _routes(alerts, subject):
        if destination in route.to:
            when = _moved(alerts, route, subject, now)
            return Announcement("cleared", destination, when, route.digest_minutes is not None)
    return Announcement("cleared", destination, now, digest=False)


def _routes(alerts: AlertsText, subject: Subject) -> Iterator[RouteText]:
    for route in alerts.routes:
        stage_fits = (
            route.reports if subject.stage is None
            else route.stages is None or subject.stage in route.stages
        )  # fmt: skip
        if (
            stage_fits
            and (route.severities is None or subject.severity in route.severities)
            and (route.sites is None or subject.site in route.sites)
        ):
            yield route


def _to_all(
    alerts: AlertsText, route: RouteText, subject: Subject, kind: Kind, at: datetime
) -> Iterator[Announcement]:
    when = _moved(alerts, route, subject, at)
    for destination in route.to:
        yield Announcement(kind, destination, when, route.digest_minutes is not None)


def _once(found: list[Announcement]) -> list[Announcement]:
    """The first of several to one destination: earlier routes win."""
    kept: dict[tuple[str, str], Announcement] = {}
    for one in found:
        kept.setdefault((one.kind, one.destination), one)
    return list(kept.values())


def _moved(alerts: AlertsText, route: RouteText, subject: Subject, at: datetime) -> datetime:
    """The instant after quiet hours and the wait for a digest; a digest keeps quiet, too."""
    zone = ZoneInfo(alerts.zone or subject.zone)
    at = _after_quiet(route.quiet, subject.severity, at, zone)
    if route.digest_minutes is None:
        return at
    return _after_quiet(route.quiet, subject.severity, _bin(at, route.digest_minutes), zone)


def _bin(at: datetime, minutes: int) -> datetime:
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(minutes=minutes)
    return midnight + -((midnight - at) // step) * step


def _after_quiet(
    quiet: QuietText | None, severity: Severity, at: datetime, zone: ZoneInfo
) -> datetime:
    if quiet is None or (quiet.exempt and _RANKS[severity] >= _RANKS[quiet.exempt]):
        return at
    local = at.astimezone(zone)
    clock, over_night = local.time(), quiet.ends <= quiet.begins
    since_begin, before_end = clock >= quiet.begins, clock < quiet.ends
    if not ((since_begin or before_end) if over_night else (since_begin and before_end)):
        return at
    day = local.date() + timedelta(days=1 if over_night and since_begin else 0)
    return max(at, to_instant(datetime.combine(day, quiet.ends), zone))
