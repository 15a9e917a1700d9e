"""Whether a job is at work: what a sensor asks before it asks for another run."""

from datetime import datetime, timedelta

import dagster as dg

LONGEST_RUN = timedelta(minutes=10)
"""A run whose process was killed stays unfinished on record: only recent ones count."""
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def is_running(instance: dg.DagsterInstance, job: str, now: datetime) -> bool:
    """Whether a run of the job began within `LONGEST_RUN` and has not ended."""
    recent = dg.RunsFilter(job_name=job, statuses=_UNFINISHED, created_after=now - LONGEST_RUN)
    return instance.get_runs_count(recent) > 0
