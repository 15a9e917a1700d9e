"""`e2a land events`, `x12`, `epcis`: once a file, bad rows held back, else one sentence."""

import json

import orjson
import pytest
from typer.testing import CliRunner

from e2a.cli import console
from e2a.cli.landing import app as command
from e2a.domain.deliveries import Source
from e2a.domain.errors import E2AError
from e2a.sources.readers import READERS
from e2a.warehouse.drain import drain
from tests.sources.test_epcis import BASE, document
from tests.sources.test_x12 import ADVICE, STATUS, sent, x12
from tests.warehouse.lane import rows

RUNNER = CliRunner()
CSV = "event_id,event_type,order_id,occurred_at\n"
FILES = next(reader for reader in READERS if reader.source is Source.FILE)


@pytest.fixture
def land(warehouse, monkeypatch):
    monkeypatch.setattr(console, "locate", lambda: warehouse)

    def run(*words):
        return RUNNER.invoke(command, [*map(str, words), "--no-run"])

    return run


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def paid(*ids):
    return CSV + "".join(f"{id},order_paid,SO-1,2026-05-04T10:00:00Z\n" for id in ids)


def types(app):
    return [row[0] for row in rows(app, "select event_type from landing.order_events order by 1")]


def test_a_file_lands_once_whatever_it_is_called(land, written, app):
    first = land("events", written("a.csv", paid("1", "2")), "--tenant", "demo-3pl")
    assert "Landed 2 deliveries; 0 were here already." in first.stdout
    again = land("events", written("b.csv", paid("1", "2")), "--tenant", "demo-3pl")
    assert "b.csv was landed as a.csv at" in again.stdout
    assert "with 2 rows; nothing is stored." in again.stdout
    longer = land("events", written("c.csv", paid("1", "2", "3")), "--tenant", "demo-3pl", "--json")
    found = json.loads(longer.stdout)
    assert (found["rows"], found["duplicates"], found["landed_before"]) == (1, 2, None)
    assert rows(app, "select count(*) from landing.files") == [(2,)]


def test_bad_rows_do_not_stop_a_file_and_wait_for_a_person(land, written, app):
    file = written("week.csv", paid("1") + "2,order_paid\n3,order_piad,SO-1,2026-05-04T10:00:00Z\n")
    land("events", file, "--tenant", "demo-3pl")
    drain(app, FILES)
    assert types(app) == ["order_paid"]
    details = rows(app, "select reason, detail from landing.quarantine order by 1")
    assert [reason for reason, _ in details] == ["malformed_row", "unknown_type"]
    assert "week.csv:3 has 2 cells under 4 column names" in details[0][1]


def test_an_interchange_lands_in_the_senders_zone(land, written, app):
    whole = sent(x12("945", *(s for s in ADVICE if "G62" not in s)), x12("214", *STATUS)).body
    done = land(
        "x12", written("a.edi", whole), "--tenant", "demo-3pl", "--time-zone", "America/Chicago"
    )
    assert "Landed 2 deliveries" in done.stdout
    drain(app, FILES)
    assert types(app) == ["carrier_scan", "carrier_scan", "carrier_scan", "delivered", "shipped"]
    at = rows(app, "select occurred_at from landing.order_events where event_type = 'shipped'")
    assert at[0][0].isoformat() == "2026-05-01T05:00:00+00:00"


def test_an_epcis_document_lands_and_names_the_shops_order(land, written, app):
    file = written("a.jsonld", orjson.dumps(document(BASE)))
    land("epcis", file, "--tenant", "demo-3pl", "--order-namespace", "shopify")
    drain(app, FILES)
    assert rows(app, "select aliases from landing.order_events") == [(["shopify:RE9"],)]


@pytest.mark.parametrize(
    ("words", "content", "sentence"),
    [
        (("events", "--tenant", "demo-3pl"), b"a,b\n1,2\n", "column event_id"),
        (("events", "--tenant", "demo-3lp"), paid("1").encode(), "Did you mean demo-3pl?"),
        (("x12", "--tenant", "demo-3pl"), b"hello", "no X12 interchange"),
        (("x12", "--tenant", "demo-3pl", "--time-zone", "Chicago"), b"", "--time-zone"),
        (("epcis", "--tenant", "demo-3pl"), b"<a/>", "XML is not read"),
    ],
)
def test_what_cannot_be_landed_is_one_sentence_and_leaves_nothing(
    land, written, app, words, content, sentence
):
    command, *options = words
    done = land(command, written("a.csv", content), *options)
    assert isinstance(done.exception, E2AError)
    assert sentence in str(done.exception)
    assert rows(app, "select count(*) from landing.inbox") == [(0,)]
    assert rows(app, "select count(*) from landing.files") == [(0,)]


def test_a_file_that_is_not_there_is_named(land, tmp_path):
    for name in ("events", "x12", "epcis"):
        done = land(name, tmp_path / "nowhere.csv", "--tenant", "demo-3pl")
        assert "There is no file" in str(done.exception)
