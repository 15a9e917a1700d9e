"""An installation that is well, for faults to be planted in."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2a.operations.doctor import Ground
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.models import ensure_manifest, fingerprint
from e2a.warehouse.policies import load_policies
from e2a.warehouse.rebuild import remember


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def well(built, modelled, tmp_path) -> Iterator[Callable[..., Ground]]:
    """What the doctor looks at, over a database in which nothing is wrong: `well(now=...)`."""
    kept = modelled.execute("select * from reference.alert_policies").fetchall()
    modelled.rollback()
    load_policies(modelled, now())
    remember(built, fingerprint(json.loads(ensure_manifest().read_text())))
    modelled.execute(
        "update ops.lanes set holder = 'radar', beat_at = now() + interval '1 hour', failures = 0"
    )
    modelled.commit()
    home = Path(tmp_path)
    with built.connect(Role.APP, autocommit=True) as app:

        def ground(**more: object) -> Ground:
            given = {"environment": dict(os.environ), **more}
            place = given.pop("warehouse", replace(built, home=home))
            return Ground(home, given.pop("now", now()), now, warehouse=place, app=app, **given)

        yield ground
    modelled.rollback()
    modelled.execute("delete from reference.alert_policies")
    for row in kept:
        marks = ", ".join(["%s"] * len(row))
        said = [json.dumps(value) if isinstance(value, dict) else value for value in row]
        modelled.execute(f"insert into reference.alert_policies values ({marks})", said)
    modelled.execute("delete from ops.builds")
    modelled.execute("update ops.lanes set holder = null, failures = 0, last_failure = null")
    modelled.commit()
    with built.connect(Role.OWNER) as owner:
        owner.execute("delete from ops.heartbeats")


SOON = timedelta(minutes=5)


def broken(built: Warehouse, **more: object) -> None:
    """A breaker that is open, as the deliverer leaves it."""
    row = {"tenant_id": "demo-3pl", "destination": "hook", "state": "open", "failures": 5,
           "last_failure": "HTTP 500", "failed_at": now(), **more}  # fmt: skip
    marks = ", ".join(["%s"] * len(row))
    with built.connect(Role.DELIVERER) as owner:
        owner.execute(
            f"insert into ops.breakers ({', '.join(row)}) values ({marks})", [*row.values()]
        )
