"""What of a status is not well: sentences, each with what looks further.

Breaches and quarantined rows are work, not faults: they are shown and make nothing unwell.
"""

from collections.abc import Iterator
from datetime import timedelta

from e2a.operations.status.report import Status

LEAST_FREE = 512 * 2**20
"""Bytes of disk below which the gateway turns senders away."""
LAG = timedelta(seconds=60)
"""How old the oldest unread row may be."""
SILENT = timedelta(seconds=15)
"""How long the hot lane may be silent; whoever waits for it takes over after ten seconds."""
OVERDUE = timedelta(seconds=60)
"""How long after its time a message to a healthy destination may still wait."""


def problems(status: Status) -> list[str]:
    """Everything that is not well; nothing: the installation is healthy."""
    found = [*_machine(status)]
    if status.database is not None:
        return [status.database, *found]
    return [*found, *_reading(status), *_money_and_truth(status), *_messages(status)]


def _machine(status: Status) -> Iterator[str]:
    for part in status.parts:
        if status.is_up and part.state != "runs":
            yield f"{part.name} {_WORDS[part.state]}; see {part.name}.log, or `e2a doctor`"
    free = status.storage["free_bytes"]
    if free < LEAST_FREE:
        yield f"Only {free / 2**20:,.0f} MiB of disk are free"


def _reading(status: Status) -> Iterator[str]:
    if status.held_up:
        yield (
            f"Rows have been held up for {status.held_up['seconds']:.0f} s by session "
            f"{status.held_up['pid']} ({status.held_up['application']})"
        )
    for lane in status.lanes:
        if lane["lag_seconds"] > LAG.total_seconds():
            rows = lane["readable"] + lane["held_up"]
            yield f"{rows:,} rows of {lane['lane']} are unread, for {lane['lag_seconds']:.0f} s"
    beat = status.hot.get("beat_at")
    if beat is None or status.at - beat > SILENT:
        last = f"since {beat:%Y-%m-%d %H:%M:%S}Z" if beat else "yet"
        yield f"Nobody turns events into verdicts {last}: no radar and no sensor is at work"
    if status.hot.get("failures"):
        yield f"The hot lane failed {status.hot['failures']} times: {status.hot['last_failure']}"


def _money_and_truth(status: Status) -> Iterator[str]:
    if status.truth and not status.truth["is_green"]:
        yield f"The last proof found differences: {status.truth['words']}"
    if status.held["failed"]:
        yield f"{status.held['failed']:,} dead letters have FAILED; see `e2a dlq list`"
    if status.held["waiting_tenants"]:
        names = ", ".join(status.held["waiting_tenants"])
        yield f"Rows wait for tenants without a policy folder: {names}"


def _messages(status: Status) -> Iterator[str]:
    for breaker in status.alerts["open_breakers"]:
        where = f"{breaker['tenant_id']}/{breaker['destination']}"
        yield f"Destination {where} fails ({breaker['last_failure']})"
    if status.alerts["overdue_seconds"] > OVERDUE.total_seconds():
        yield f"A message has been due for {status.alerts['overdue_seconds']:.0f} s: no deliverer?"
    if status.alerts["dead"]:
        yield f"{status.alerts['dead']:,} messages were given up; see `e2a alerts list`"


_WORDS = {"stopped": "is not running", "silent": "runs but does not answer"}
