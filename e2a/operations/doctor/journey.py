"""What turns events into verdicts: models, policies, calendars, watermark, hot lane, proof."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg

from e2a.domain.errors import ConfigurationError
from e2a.domain.policies import Policies
from e2a.operations.doctor.finding import Finding, Ground
from e2a.operations.status.judging import LAG, SILENT
from e2a.warehouse.connection import Role
from e2a.warehouse.models import ensure_manifest, fingerprint
from e2a.warehouse.policies import policies_folder
from e2a.warehouse.rebuild import missing_build
from e2a.warehouse.reference import load, read_folder
from e2a.warehouse.reference.horizon import unreachable
from e2a.warehouse.reference.versions import version
from e2a.warehouse.truth import last_truth, words
from e2a.warehouse.watermark import health


def models(ground: Ground) -> Iterator[Finding]:
    """The models are in the database, and are the checkout's."""
    if not _is_built(ground):
        yield Finding("models.missing", "The models are not in the database yet", "e2a run")
        return
    manifest = json.loads(ensure_manifest().read_text())
    if missing_build(ground.connection, fingerprint(manifest)) is not None:
        yield Finding(
            "models.differ", "What is stored was derived by other models or rate cards than those "
            "of this checkout", "e2a run",
        )  # fmt: skip


def policies(ground: Ground) -> Iterator[Finding]:
    """The files can be read, and are what the database knows."""
    try:
        tenants = read_folder(policies_folder())
    except ConfigurationError as error:
        yield Finding("policies.invalid", error.problem, f"{error.fix}; then: e2a policy lint")
        return
    new = _not_loaded(ground, tenants)
    if new:
        yield Finding(
            "policies.not_loaded", f"Files and database differ: {', '.join(new)}", "e2a run"
        )


def _not_loaded(ground: Ground, tenants: list[Policies]) -> list[str]:
    """What a load would add, by trying it and taking it back."""
    with ground.place.connect(Role.APP) as trial:
        loaded = load(trial, tenants, ground.now)
        trial.rollback()
        routes = dict(
            trial.execute("select tenant_id, policy_version from reference.alert_policies")
            .fetchall()
        )  # fmt: skip
    wanted = {p.tenant.tenant: version(p.alerts) for p in tenants if p.alerts is not None}
    counted = {
        "tenants": loaded.tenants, "SLA versions": loaded.policies,
        "calendars": loaded.calendars, "rate cards": loaded.rate_cards,
        "alert routes": sum(routes.get(t) != wanted.get(t) for t in routes.keys() | wanted.keys()),
    }  # fmt: skip
    return [f"{count} {what}" for what, count in counted.items() if count]


def calendars(ground: Ground) -> Iterator[Finding]:
    """Every open clock finds its deadline."""
    found = unreachable(ground.connection, ground.now)
    if found.short_calendars:
        yield Finding(
            "calendars.short", f"{found.short_calendars} calendars in use end within 400 days",
            "e2a run",
        )  # fmt: skip
    if found.clocks_without_deadline:
        yield Finding(
            "calendars.no_window", f"{found.clocks_without_deadline} open clocks have no deadline: "
            "their calendar has no window left", "e2a run, then correct `calendars` of tenant.yaml",
        )  # fmt: skip


def watermark(ground: Ground) -> Iterator[Finding]:
    """Rows that arrived are read: nobody holds them up, and somebody reads."""
    found = health(ground.connection, ground.now)
    writer = found.oldest_writer
    if found.is_alarm and writer:
        seconds = found.held_up_for.total_seconds()
        yield Finding(
            "watermark.held_up", f"Rows have been held up for {seconds:.0f} s by session "
            f"{writer.pid} ({writer.application}, database {writer.database}): its transaction has "
            f"been open since {writer.writing_since:%H:%M:%S}Z",
            f"end that program, or as administrator: select pg_terminate_backend({writer.pid})",
        )  # fmt: skip
        return
    old = [
        lane for lane in found.lanes
        if lane.oldest_received_at and ground.now - lane.oldest_received_at > LAG
    ]  # fmt: skip
    if old:
        rows = sum(lane.readable + lane.held_up for lane in old)
        names = ", ".join(lane.lane for lane in old)
        yield Finding("watermark.unread", f"{rows:,} rows of {names} are read by nobody", "make up")


def radar(ground: Ground) -> Iterator[Finding]:
    """Somebody steps, and speaks."""
    if not _is_built(ground):
        return
    row = ground.connection.execute(
        "select holder, beat_at, failures, last_failure from ops.lanes "
        "where tenant_id = '*' and lane = 'hot'"
    ).fetchone()
    assert row is not None, "no hot lane"
    holder, beat, failures, failure = row
    if failures:
        yield Finding(
            "radar.fails", f"The hot lane failed {failures} times in a row: {failure}",
            f"tail {ground.home / 'radar.log'}",
        )  # fmt: skip
    if beat is not None and ground.now - beat <= SILENT:
        return
    silent = f"for {(ground.now - beat).total_seconds():.0f} s" if beat else "ever"
    process = ground.part("radar")
    if process and process.runs:
        yield Finding(
            "radar.hung", f"The radar (process {process.pid}) is there, but nobody has stepped "
            f"{silent}; last was the {holder or 'nobody'}", "e2a restart radar",
        )  # fmt: skip
    else:
        yield Finding("radar.absent", f"Nobody turns events into verdicts {silent}", "make up")


def truth(ground: Ground) -> Iterator[Finding]:
    """The last proof was green."""
    found = last_truth(ground.connection)
    if found is not None and not found.is_green:
        yield Finding("truth.red", f"The last proof: {words(found)}", "e2a truth --help")


def _is_built(ground: Ground) -> bool:
    return _exists(ground.connection, "sla.breaches")


def _exists(connection: psycopg.Connection[Any], relation: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", (relation,)).fetchone()
    return bool(row and row[0])
