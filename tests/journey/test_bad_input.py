"""Bad input: one clear sentence with the fix, a non-zero exit, nothing lost."""

import json
import shutil
import socket
from pathlib import Path

import pytest

from e2a.warehouse.connection import PROJECT, Role


def refused(done) -> str:
    """The one sentence that a refused command says."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    sentences = [line for line in done.stderr.splitlines() if line.startswith("e2a:")]
    assert len(sentences) == 1, done.stderr
    return sentences[0]


@pytest.fixture
def policies(tmp_path) -> Path:
    return Path(shutil.copytree(PROJECT / "policies", tmp_path / "policies"))


def test_a_broken_policy_names_file_line_and_fix(demo, policies):
    file = policies / "demo-3pl" / "sla.yaml"
    file.write_text(file.read_text().replace("within_minutes: 120", "within_minuts: 120"))
    said = refused(demo.run("run", E2A_POLICIES=str(policies)))
    assert "demo-3pl/sla.yaml" in said
    assert "within_minuts: unknown key. Did you mean `within_minutes`?" in said
    file.write_text("- valid_from: [")
    said = refused(demo.run("run", E2A_POLICIES=str(policies)))
    assert "demo-3pl/sla.yaml:1:16 is not valid YAML" in said


def test_an_unknown_tenant_names_the_nearest(demo):
    said = refused(demo.run("summary", "--tenant", "demo-3lp", "--json"))
    assert "Tenant 'demo-3lp' is not known" in said
    assert "Did you mean demo-3pl?" in said


def test_an_as_of_without_zone_is_refused(demo):
    assert "has no zone" in refused(demo.run("summary", "--as-of", "2026-03-08T18:00:00"))
    assert "is not an instant" in refused(demo.run("summary", "--as-of", "noon"))


def test_files_that_are_not_there_or_not_such_files(demo, tmp_path):
    assert "There is no file" in refused(demo.run("land", "archive", "nowhere.jsonl"))
    assert "nowhere" in refused(demo.run("land", "olist", "nowhere", "--no-run"))
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"tenant": "demo-3pl"}\n')
    assert "bad.jsonl:1: source" in refused(demo.run("land", "archive", str(bad)))
    invoice = tmp_path / "bill.csv"
    invoice.write_text("invoice_number,tenant\n1,demo-3pl\n")
    assert "bill.csv has no column period" in refused(demo.run("land", "billed", str(invoice)))


@pytest.mark.prove
def test_a_malformed_payload_is_kept_with_its_reason_and_its_neighbours_land(empty, tmp_path):
    def line(name: str, body: str) -> str:
        return json.dumps(
            {
                "tenant": "demo-3pl",
                "source": "wms",
                "delivery_id": name,
                "received_at": "2026-03-08T17:00:00Z",
                "body": body,
            }
        )

    good = json.dumps(
        {
            "event_id": "bad-input-1",
            "event_type": "order_released",
            "order_id": "SO-1000001",
            "occurred_at": "2026-03-08T16:59:00Z",
        }
    )
    file = tmp_path / "mixed.jsonl"
    file.write_text("\n".join([line("bi-1", '{"event_id":'), line("bi-2", good)]) + "\n")
    done = empty.run("land", "archive", str(file))
    assert done.returncode == 0, done.stderr
    with empty.warehouse().connect(Role.APP) as connection:
        kept = connection.execute(
            "select o.outcome, o.reason, o.detail, i.body from landing.inbox i "
            "join landing.outcomes o on o.tenant_id = i.tenant_id and o.inbox_seq = i.seq "
            "where i.delivery_id in ('bi-1', 'bi-2') order by i.delivery_id"
        ).fetchall()
    assert kept[0][:2] == ("quarantined", "malformed_json")
    assert "send one JSON document" in kept[0][2]
    assert bytes(kept[0][3]) == b'{"event_id":'
    assert kept[1][0] == "canonical"


def test_a_stopped_database_says_how_to_start_it(tmp_path):
    from tests.journey.conftest import Installation

    nothing = Installation(tmp_path, {})
    assert "Run `make demo` or `e2a db start`" in refused(nothing.run("summary"))
    (tmp_path / "cluster.json").write_text('{"port": 9}')
    said = refused(nothing.run("summary", "--json"))
    assert "PostgreSQL at 127.0.0.1:9 does not answer" in said
    assert "make up" in said


def test_a_port_in_use_is_said_before_anything_starts(demo):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        said = refused(demo.run("up", "--port", str(port)))
    assert f"Port {port}, where the webserver would listen, is in use by another program" in said
    assert f"choose another, such as --port {port + 1}" in said


def test_an_installation_cannot_be_pointed_at_something_else(tmp_path):
    from tests.journey.conftest import Installation

    elsewhere = Installation(tmp_path, {"E2A_DATABASE_URL": "mysql://somewhere/else"})
    assert "is not a PostgreSQL URL" in refused(elsewhere.run("db", "start"))
