"""Runs a job as a real run on the instance that DAGSTER_HOME names, and says how it goes.

`python -m e2a_assets.run journey --day 2026-03-09 [--as-of INSTANT]`. The `e2a`
command starts this as a process, because the product imports no Dagster. It reports by lines to the
descriptor E2A_REPORT_FD (default: stdout, where dbt speaks too): `asset<TAB>name<TAB>rows` for each
materialisation, `error<TAB>sentence`, and `run<TAB>id<TAB>status`.
"""

import argparse
import os
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

warnings.simplefilter("ignore", dg.BetaWarning)  # single-run backfills: pinned and relied upon

from e2a_assets.definitions import build_defs  # noqa: E402
from e2a_assets.jobs import ONLY_WHAT_IS_NEW  # noqa: E402
from resources.clock import AS_OF_TAG  # noqa: E402

Tell = Callable[[dg.AssetMaterialization], None]


def main(arguments: list[str] | None = None) -> int:
    """Run the job; 0 if it succeeded."""
    options = _parser().parse_args(arguments)
    tags = {**ONLY_WHAT_IS_NEW, **({AS_OF_TAG: options.as_of} if options.as_of else {})}
    job = build_defs().resolve_job_def(options.job)
    run_id = str(uuid.uuid4())
    with dg.DagsterInstance.get() as instance:
        with _told(instance, run_id) as tell:
            result = job.execute_in_process(
                instance=instance,
                run_id=run_id,
                partition_key=options.day,
                tags=tags,
                raise_on_error=False,
                run_config=_QUIET,
            )
        for event in result.get_asset_materialization_events():
            tell(event.materialization)
    failed_checks = [e for e in result.get_asset_check_evaluations() if not e.passed]
    status = "success" if result.success and not failed_checks else "failure"
    for failure in _failures(result):
        _report("error", failure)
    for check in failed_checks:
        _report("error", f"check {check.check_name} on {check.asset_key.to_user_string()}")
    _report("run", run_id, status)
    return 0 if status == "success" else 1


_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="e2a_assets.run", description=__doc__)
    parser.add_argument("job")
    parser.add_argument("--day", required=True, help="latest UTC day of receipt, YYYY-MM-DD")
    parser.add_argument("--as-of", help="the instant about which the run asks; default: now")
    return parser


@contextmanager
def _told(instance: dg.DagsterInstance, run_id: str) -> Iterator[Tell]:
    """Tell of each asset once, as it is seen in the run's log; what nobody saw, afterwards.

    The log is polled ever more seldom while nothing happens: its last words may come too late.
    """
    told: set[dg.AssetKey] = set()

    def tell(materialization: dg.AssetMaterialization) -> None:
        if materialization.metadata != {} and materialization.asset_key not in told:
            told.add(materialization.asset_key)
            rows = materialization.metadata.get("dagster/row_count")
            count = "" if rows is None else str(rows.value)
            _report("asset", materialization.asset_key.to_user_string(), count)

    def seen(entry: dg.EventLogEntry, _: str) -> None:
        if entry.asset_materialization:
            tell(entry.asset_materialization)

    instance.watch_event_logs(run_id, None, seen)
    yield tell
    instance.end_watch_event_logs(run_id, seen)


def _report(*words: str) -> None:
    """One line in one write, so that lines of two threads never mix."""
    descriptor = int(os.environ.get("E2A_REPORT_FD", "1"))
    os.write(descriptor, ("\t".join(words).replace("\n", " ") + "\n").encode())


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    errors = []
    for event in result.all_events:
        if event.is_failure and not event.is_step_failure:
            errors.append((event.message or "the run failed").strip().splitlines()[0])
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause or error if error else None
            text = cause.message.strip().splitlines()[0] if cause else "step failed"
            errors.append(f"{event.step_key}: {text}")
    return errors


if __name__ == "__main__":
    sys.exit(main())
