"""dbt without starting it: one runner a process, its manifest kept, for the engine `dbt`.

A call costs a fraction of what the command costs. It keeps what it parsed: changed models need a
new process. One call at a time, and silent.
Who takes steps by it is `e2a.radar.building`; runs of Dagster start the command.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from e2a.domain.errors import E2AError
from e2a.warehouse.connection import Warehouse
from e2a.warehouse.models import DBT_PROJECT

_ALONE = Lock()
_SILENT = ("--quiet", "--log-level", "none", "--log-level-file", "none")
HOT = (
    "run", "--select", "config.materialized:hot", "--exclude", "config.scope:periods",
    "--no-write-json", "--no-populate-cache", "--no-version-check",
)  # fmt: skip
"""The models of a step: stored ones of orders, and the scratch tables that they read."""


class BuildFailedError(E2AError):
    """dbt could not derive the orders in scope; what it had committed is derived again."""


class WarmDbt:
    """A dbtRunner with the manifest that it parsed."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Parse the project.

        Raises:
            BuildFailedError: a model does not parse.
        """
        from dbt.cli.main import dbtRunner  # two seconds

        self._environment = warehouse.environment()
        target = str(warehouse.home / "dbt")
        self._folders = [
            "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
            "--target-path", target, "--log-path", target,
        ]  # fmt: skip
        self._runner = dbtRunner(manifest=self._call(dbtRunner(), "parse").result)

    def build_hot(self) -> None:
        """Derive the orders in scope by the hot models; the caller holds the lease.

        Raises:
            BuildFailedError: a model failed.
        """
        self._call(self._runner, *HOT)

    def _call(self, runner: Any, *words: str) -> Any:  # noqa: ANN401 - dbt's own types
        with _ALONE, _in(self._environment), _trimmed():
            done = runner.invoke([*words, *_SILENT, *self._folders])
        if not done.success:
            raise BuildFailedError(f"dbt {words[0]} failed: {_why(done)}", "See the models' errors")
        return done


@contextmanager
def _in(environment: Mapping[str, str]) -> Iterator[None]:
    """With these variables: dbt reads its profile anew at every call."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _trimmed() -> Iterator[None]:
    """Without what every call leaves behind: dbt grows a list of its module, and slows down."""
    from dbt.adapters.base import impl

    flags = impl.DEFAULT_BASE_BEHAVIOR_FLAGS
    length = len(flags)
    try:
        yield
    finally:
        del flags[length:]


def _why(done: Any) -> str:  # noqa: ANN401 - dbt's own types
    if done.exception is not None:
        return str(done.exception)
    failed = [r for r in getattr(done.result, "results", ()) if r.status not in ("success", "pass")]
    return "; ".join(f"{r.node.name}: {r.message}" for r in failed)[:2000] or "no reason is given"
