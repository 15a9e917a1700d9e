"""What the demo remembers between runs, so that a second one has nothing to do.

The week is made aside and renamed, and the mark of a finished run names the code that made it;
killed at any moment, the demo starts again where it was.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from e2a.simulator import Plan
from e2a.warehouse.connection import PROJECT, Role, Warehouse
from e2a.warehouse.drain import pending
from e2a.warehouse.scope import waiting

_DECIDING = ("dbt_project/models", "dbt_project/macros", "e2a", "e2a_assets", "policies", "prompts")


@dataclass(frozen=True, slots=True)
class Week:
    """What the demo needs of the truth that the simulator wrote."""

    as_of: datetime


def week(plan: Plan, folder: Path, make: Callable[[], object]) -> Week:
    """The simulated week in `folder`, made if it is missing or of another plan."""
    wanted = json.dumps(asdict(plan), default=str, sort_keys=True)
    stamp = folder / "plan.json"
    if not (stamp.is_file() and stamp.read_text() == wanted):
        making = folder / "making"
        shutil.rmtree(folder, ignore_errors=True)
        making.mkdir(parents=True)
        make()
        for made in making.iterdir():
            made.rename(folder / made.name)
        making.rmdir()
        stamp.write_text(wanted)
    truth = json.loads((folder / "truth.json").read_text())
    return Week(datetime.fromisoformat(truth["as_of"]))


def is_done(warehouse: Warehouse, folder: Path) -> bool:
    """Whether the journey has run over the week with exactly this code, and nothing waits."""
    mark = folder / "done"
    if not (mark.is_file() and mark.read_text() == _code()):
        return False
    with warehouse.connect(Role.APP) as connection:
        return not pending(connection) and not waiting(connection)


def begin(folder: Path) -> None:
    """A run begins: whatever was done is in question until it ends."""
    (folder / "done").unlink(missing_ok=True)


def finish(folder: Path) -> None:
    """The run has succeeded."""
    (folder / "done").write_text(_code())


def _code() -> str:
    """Hash of everything that decides what the journey makes of the week."""
    digest = hashlib.sha256()
    for folder in _DECIDING:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()
