"""Every check in turn; one that cannot be made is a finding, too."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

import psycopg

from e2a.domain.errors import E2AError
from e2a.operations.doctor import database, journey, machine, outside
from e2a.operations.doctor.finding import Finding, Ground
from e2a.warehouse.connection import Role


class Check(NamedTuple):
    """One check: its id, what holds if it finds nothing, and who looks."""

    id: str
    holds: str
    look: Callable[[Ground], Iterable[Finding]]


CHECKS = (
    Check("python", "Python fits", machine.python),
    Check("packages", "packages are as pinned", machine.packages),
    Check("secrets", "secrets are for their owner only", machine.secrets),
    Check("disk", "the disk has room", machine.disk),
    Check("ports", "ports are free or ours", machine.ports),
    Check("parts", "what `e2a up` runs, runs", machine.parts),
)
OF_THE_DATABASE = (
    Check("roles", "roles can log in", database.roles),
    Check("migrations", "the schema is the checkout's", database.migrations),
    Check("restored", "transaction ids are this server's", database.restored),
    Check("clock", "machine and database agree on the time", database.clock),
    Check("dagster", "Dagster's database and daemon are well", database.dagster),
    Check("models", "models are the checkout's", journey.models),
    Check("policies", "policies are the files'", journey.policies),
    Check("calendars", "calendars reach far enough", journey.calendars),
    Check("watermark", "what arrives is read", journey.watermark),
    Check("radar", "somebody turns events into verdicts", journey.radar),
    Check("truth", "the last proof was green", journey.truth),
    Check("deliverer", "messages that are due leave", outside.deliverer),
    Check("destinations", "destinations take messages", outside.destinations),
    Check("dead_letters", "nothing was given up", outside.dead_letters),
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one check."""

    check: str
    holds: str
    findings: tuple[Finding, ...]


def examine(ground: Ground) -> Iterator[Looked]:
    """Look at everything, one after the other; without a database at the machine only."""
    for check in CHECKS:
        yield _looked(check, ground)
    with _connected(ground) as (reached, unreachable):
        yield Looked("database", "the database answers", tuple(unreachable))
        for check in OF_THE_DATABASE if reached.app is not None else ():
            yield _looked(check, reached)


def _looked(check: Check, ground: Ground) -> Looked:
    try:
        return Looked(check.id, check.holds, tuple(check.look(ground)))
    except (psycopg.Error, E2AError, OSError) as error:
        words = " ".join(str(error).split())[:300]
        failed = Finding(f"{check.id}.unknown", f"This could not be looked at: {words}",
                         "mend what stands above, then: e2a doctor")  # fmt: skip
        return Looked(check.id, check.holds, (failed,))


@contextmanager
def _connected(ground: Ground) -> Iterator[tuple[Ground, list[Finding]]]:
    if ground.warehouse is None:
        words = f"There is no database under {ground.home}"
        yield ground, [Finding("database.absent", words, "make up")]
        return
    try:
        connection = ground.warehouse.connect(Role.APP, autocommit=True)
    except E2AError as error:
        yield (
            ground,
            [Finding("database.unreachable", error.problem, "e2a db start")],
        )
        return
    with connection:
        yield replace(ground, app=connection), []
