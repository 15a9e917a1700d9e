"""A backlog is parsed in processes: they change nothing, and their death loses nothing."""

import signal
import subprocess
import sys

import psutil
import pytest

from e2a.domain.deliveries import Events, Source
from e2a.warehouse import ahead
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.inbox import land, land_chunk
from e2a.warehouse.parsing import process
from tests.warehouse.lane import (
    TENANT,
    again,
    deliver,
    event,
    outcomes,
    parse,
    rows,
    stored,
    tables,
)

READER = Reader(Source.WMS, parse, "v1")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """So that three rows are a first chunk and two that processes parse."""
    monkeypatch.setattr(ahead, "CHUNK", 2)
    monkeypatch.setattr(ahead, "BULK", 1)


@pytest.fixture
def made(monkeypatch):
    """What processes made of chunks: None where they could not."""
    found = []
    real = process.Parsers.stage

    def seen(self, rows):
        found.append(real(self, rows))
        return found[-1]

    monkeypatch.setattr(process.Parsers, "stage", seen)
    return found


def _names(app):
    return [row[0] for row in stored(app)]


def test_what_processes_parse_is_what_is_parsed_here(app, made):
    words = ["plain", 'back\\slash "quoted"', "two\nlines\tand a tab", "東京 \U0001f69a", "e", "f"]
    land(app, [deliver(event(id, reason=id, aliases=[f"order:{n}"], quantity=n + 1))
               for n, id in enumerate(words)])  # fmt: skip
    land(app, [deliver(event("plain", reason="other")), deliver(body=b"{"), deliver()])
    assert drain(app, READER).rows == 9
    assert len([one for one in made if one is not None]) == 4
    assert sorted(_names(app)) == sorted(words)
    before = tables(app)
    again(app)
    assert tables(app) == before


@pytest.mark.parametrize("asked", [1, 2])
def test_a_parser_that_is_killed_loses_nothing_doubles_nothing_and_it_is_said(
    app, made, monkeypatch, tmp_path, caplog, asked
):
    monkeypatch.setenv("E2A_CRASH", f"parser.asked:{asked}")
    monkeypatch.setenv("E2A_CRASH_LOG", str(tmp_path / "crashes"))
    names = [f"e{number:02}" for number in range(14)]
    land(app, [deliver(event(name)) for name in names])
    assert drain(app, READER).rows == 14
    assert (tmp_path / "crashes").read_text().startswith("parser.asked")
    assert "A parser's process ended with -9 while it had 2 rows" in caplog.text
    assert _names(app) == names
    assert outcomes(app) == [("canonical", None)] * 14
    assert sum(row[0] for row in rows(app, "select inbox_rows from ops.batches")) == 14


def parse_with_nul(delivery):
    return _with_fault(delivery, "d", site="N\0J")


def parse_with_overflow(delivery):
    return _with_fault(delivery, "d", quantity="1e40")


def _with_fault(delivery, id, **fault):
    (one,) = parse(delivery).events
    return Events((one.model_copy(update=fault) if one.source_event_id == id else one,))


@pytest.mark.parametrize(
    ("fault", "is_made"), [(parse_with_nul, False), (parse_with_overflow, True)]
)
def test_a_row_that_cannot_be_stored_is_isolated_from_its_neighbours(app, made, fault, is_made):
    """One is found by the process that parses, the other by Postgres."""
    land(app, [deliver(event(name)) for name in "abcdef"])
    drain(app, Reader(Source.WMS, fault, "v1"))
    assert sorted(one is not None for one in made) == [is_made, True]  # in order of completion
    assert _names(app) == ["a", "b", "c", "e", "f"]
    assert [outcome for outcome, _ in outcomes(app)] == [
        "canonical", "canonical", "canonical", "dead_letter", "canonical", "canonical",
    ]  # fmt: skip


def test_rows_of_a_tenant_that_nobody_described_wait(app, made):
    land_chunk(app, [
        deliver(event(name), tenant="nobody" if name == "d" else TENANT) for name in "abcd"
    ])  # fmt: skip
    app.commit()
    drain(app, READER)
    assert [one is not None for one in made] == [True]
    assert outcomes(app)[-1] == ("waiting", "unknown_tenant")
    assert _names(app) == ["a", "b", "c"]


def test_a_parser_that_only_this_process_has_is_called_here(app, made):
    land(app, [deliver(event(name)) for name in "abc"])
    drain(app, Reader(Source.WMS, lambda delivery: parse(delivery), "v1"))
    assert made == []
    assert _names(app) == ["a", "b", "c"]


def test_one_chunk_starts_no_process(app, made):
    land(app, [deliver(event(name)) for name in "ab"])
    drain(app, READER)
    assert made == []


def test_a_parser_ends_with_the_process_that_started_it():
    starter = subprocess.Popen([sys.executable, "-c", _STARTER], stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    with starter.stdout:
        worker = psutil.Process(int(starter.stdout.readline()))
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    worker.wait(timeout=30)
    assert not worker.is_running()


_STARTER = """
import pickle, time
from e2a.domain.deliveries import Source
from e2a.sources.registry import parse
from e2a.warehouse.parsing.process import ParserProcess
one = ParserProcess(pickle.dumps((Source.WMS, parse, "1")))
one.stage([])
print(one._process.pid, flush=True)
time.sleep(600)
"""
