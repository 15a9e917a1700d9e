"""What an installation takes: sizes of stores and files, memory of each part, and their judgement.

`bench/day.py` samples all of it, `bench/latency.py` looks before and after.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import psutil

from e2a.domain.errors import DatabaseUnavailableError
from e2a.operations.up.register import read
from e2a.warehouse.connection import Role, Warehouse

MB = 2**20
DAGSTER_A_DAY = 200 * MB
"""Growth of Dagster's database by wall time: issue bar."""
TEMP_AT_ONCE = 256 * MB
"""Temporary files at any moment."""
MEMORY_MORE = 0.1, 16 * MB
"""Of a part, from the second third to the last: share, and what any part may have besides."""
JUDGED_FROM = 300.0
"""Seconds of traffic: thirds of less are noise, and are only shown."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: seconds since the beginning, bytes by store, (resident, own) bytes by part."""

    at: float
    stores: dict[str, int]
    parts: dict[str, tuple[int, int]]


def sizes(warehouse: Warehouse) -> dict[str, int]:
    """Bytes of Dagster's database, of the log ahead of the data, of temporary files so far."""
    with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
        row = admin.execute(
            "select pg_database_size(%s), (select sum(size) from pg_ls_waldir()), "
            "(select sum(temp_bytes) from pg_stat_database)",
            (warehouse.dagster_database,),
        ).fetchone()
    assert row is not None
    return dict(zip(("dagster", "wal", "temp"), map(int, row), strict=True))


def look(warehouse: Warehouse, at: float) -> Sample:
    """Sizes now. `temp` counts all that was ever spilled, `temp_now` what lies there."""
    stores = sizes(warehouse)
    with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
        row = admin.execute(
            "select pg_database_size(%s), (select coalesce(sum(size), 0) from pg_ls_tmpdir())",
            (warehouse.database,),
        ).fetchone()
    assert row is not None
    stores |= {"warehouse": int(row[0]), "temp_now": int(row[1]), "files": _files(warehouse.home)}
    return Sample(at, stores, _parts(warehouse.home))


def _files(home: Path) -> int:
    """Bytes under the installation that are not Postgres': logs, Dagster's home, archives."""
    found = (path for path in home.rglob("*") if "pgdata" not in path.parts)
    return sum(path.stat().st_size for path in found if path.is_file())


def _parts(home: Path) -> dict[str, tuple[int, int]]:
    return {entry.name: memory(entry.pid) for entry in read(home) or () if entry.pid}


def memory(pid: int) -> tuple[int, int]:
    """Bytes, resident and own, of a process and all that it started.

    Pages that they share count in each one's first.
    """
    resident = own = 0
    try:
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            full = process.memory_full_info()
            resident, own = resident + full.rss, own + full.uss
    except psutil.Error:
        pass  # it ended while it was looked at
    return resident, own


class Sampler(threading.Thread):
    """Looks every so many seconds until it is told to stop."""

    def __init__(self, every: float, look: Callable[[], Sample]) -> None:
        super().__init__(daemon=True)
        self._every, self._look, self._done = every, look, threading.Event()
        self.samples = [look()]

    def run(self) -> None:
        """Sample."""
        while not self._done.wait(self._every):
            with suppress(DatabaseUnavailableError):  # no answer in time, on a busy machine
                self.samples.append(self._look())

    def stop(self) -> list[Sample]:
        """All samples, with one of now."""
        self._done.set()
        self.join()
        return [*self.samples, self._look()]


def thirds(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample], list[Sample]]:
    """By time."""
    end = samples[-1].at
    cut = [[s for s in samples if k * end / 3 <= s.at <= (k + 1) * end / 3] for k in range(3)]
    return cut[0], cut[1], cut[2]


def a_day(samples: Sequence[Sample], store: str) -> float:
    """Growth of a store over these samples, as bytes a day of wall time."""
    seconds = samples[-1].at - samples[0].at
    return (samples[-1].stores[store] - samples[0].stores[store]) / max(seconds, 1.0) * 86_400


def beyond(samples: Sequence[Sample], most_wal: int) -> list[str]:
    """A sentence for each bound that the last third does not keep."""
    _, middle, last = thirds(samples)
    found = []
    if (grows := a_day(last, "dagster")) > DAGSTER_A_DAY:
        found.append(f"Dagster's database grows by {grows / MB:,.0f} MB a day (bound 200)")
    if (wal := max(s.stores["wal"] for s in samples)) > most_wal * 1.1 + 64 * MB:
        found.append(f"the log reached {wal / MB:,.0f} MB (max_wal_size {most_wal / MB:,.0f})")
    if (temp := max(s.stores["temp_now"] for s in samples)) > TEMP_AT_ONCE:
        found.append(f"temporary files reached {temp / MB:,.0f} MB (bound 256)")
    spilled, before = (_grew(some, "temp") for some in (last, middle))
    if spilled > 2 * before + TEMP_AT_ONCE:
        found.append(f"{spilled / MB:,.0f} MB were spilled in the last third, {before / MB:,.0f} "
                     "in the second")  # fmt: skip
    return [*found, *_growing_parts(middle, last)]


def _growing_parts(middle: Sequence[Sample], last: Sequence[Sample]) -> list[str]:
    share, besides = MEMORY_MORE
    found = []
    for part in last[-1].parts:
        was, is_now = (
            fmean([s.parts[part][1] for s in some if part in s.parts] or [0])
            for some in (middle, last)
        )
        if is_now > was * (1 + share) + besides:
            found.append(f"{part} holds {is_now / MB:,.0f} MB in the last third, {was / MB:,.0f} "
                         "in the second")  # fmt: skip
    return found


def _grew(samples: Sequence[Sample], store: str) -> int:
    return samples[-1].stores[store] - samples[0].stores[store]
