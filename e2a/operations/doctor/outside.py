"""What leaves and what is held back: deliverer, destinations, dead letters, waiting tenants."""

from collections.abc import Iterator
from datetime import timedelta

from e2a.alerts import listing
from e2a.operations.doctor.finding import Finding, Ground
from e2a.operations.status import facts
from e2a.operations.status.judging import OVERDUE
from e2a.warehouse.heartbeats import beats

BEAT_LOST = timedelta(seconds=30)


def deliverer(ground: Ground) -> Iterator[Finding]:
    """Messages that are due leave."""
    overdue = facts.alerts(ground.connection)["overdue_seconds"]
    beat, process = beats(ground.connection).get("alerts"), ground.part("alerts")
    is_silent = beat is None or ground.now - beat > BEAT_LOST
    young = process and process.since and ground.now - process.since < BEAT_LOST
    if process and process.runs and is_silent and not young:
        yield Finding(
            "deliverer.hung", f"The deliverer (process {process.pid}) is there but has said "
            "nothing for half a minute", "e2a restart alerts",
        )  # fmt: skip
    elif overdue > OVERDUE.total_seconds() and is_silent:
        yield Finding(
            "deliverer.absent", f"A message has been due for {overdue:.0f} s and nobody delivers",
            "e2a alerts deliver",
        )  # fmt: skip


def destinations(ground: Ground) -> Iterator[Finding]:
    """Destinations take messages."""
    for row in listing.destinations(ground.connection, ground.environment, None):
        where = f"{row['tenant_id']}/{row['destination']}"
        if row["breaker"] != "open" or (row["missing"] and row["delivered_at"] is None):
            continue  # well, or never set up
        if row["missing"]:
            yield Finding(
                "destinations.not_set", f"{row['waiting']:,} messages wait for {where}: "
                f"{', '.join(row['missing'])} is not set",
                f"set {' and '.join(row['missing'])}, then: e2a restart alerts",
            )  # fmt: skip
        else:
            yield Finding(
                "destinations.dead", f"{where} fails since {row['failed_at']:%m-%d %H:%M}Z "
                f"({row['last_failure']}); {row['waiting']:,} messages wait",
                f"mend the destination; then: e2a alerts list --tenant {row['tenant_id']}",
            )  # fmt: skip


def dead_letters(ground: Ground) -> Iterator[Finding]:
    """Nothing is given up, and no tenant is missing."""
    held = facts.held(ground.connection)
    if held["failed"]:
        yield Finding(
            "dead_letters.failed", f"{held['failed']:,} dead letters have FAILED: they were tried "
            "four times, by our own fault", "e2a dlq list; once mended: e2a dlq replay --all",
        )  # fmt: skip
    if held["waiting_tenants"]:
        names = ", ".join(held["waiting_tenants"])
        yield Finding(
            "dead_letters.waiting", f"{held['waiting']:,} rows wait for tenants that no folder "
            f"describes: {names}", f"add policies/{held['waiting_tenants'][0]}, then: e2a run",
        )  # fmt: skip
