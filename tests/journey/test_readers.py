"""The BI surface: what `e2a_reader` sees over TCP, and that nothing underneath disturbs it."""

import subprocess

import psycopg
import pytest

from e2a.warehouse.connection import Role
from e2a.warehouse.models import DBT, DBT_PROJECT

SURFACE = [
    "sla.breaches",
    "sla.open_clocks",
    "sla.on_time_daily",
    "sla.exceptions",
    "billing.billable_operations",
    "billing.expected_invoice_lines",
]
STORED = ["orders.timeline", "sla.clocks", "sla.verdicts", *SURFACE[3:]]


@pytest.fixture
def reader(demo):
    done = demo.run("db", "url", "--role", "reader")
    with psycopg.connect(done.stdout.strip(), autocommit=True) as connection:
        yield connection


def test_bi_connects_over_tcp_with_a_password_and_reads_every_mart(demo, reader):
    assert reader.info.host == "127.0.0.1"
    assert reader.info.user == "e2a_reader"
    for mart in SURFACE:
        assert reader.execute(f"select count(*) from {mart}").fetchone()[0] > 0, mart
    wrong = demo.warehouse().conninfo(Role.READER)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong, password="wrong")


def test_every_mart_says_what_it_is_and_every_column_too(reader):
    silent = reader.execute(
        "select n.nspname || '.' || c.relname, a.attname from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace "
        "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
        "where has_table_privilege(c.oid, 'select') and n.nspname in ('orders','sla','billing') "
        "and c.relkind in ('r','v') and (col_description(c.oid, a.attnum) is null "
        "or obj_description(c.oid) is null)"
    ).fetchall()
    assert silent == []


def test_every_stored_mart_has_a_primary_key_that_starts_with_the_tenant(reader):
    for mart in STORED:
        key = reader.execute(
            "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid "
            "and a.attnum = i.indkey[0] where i.indisprimary and i.indrelid = %s::regclass",
            (mart,),
        ).fetchone()
        assert key == ("tenant_id",), mart


@pytest.mark.parametrize(
    "statement",
    [
        "delete from billing.expected_invoice_lines",
        "insert into sla.narratives select * from sla.narratives",
        "create table sla.mine (x int)",
        "select * from landing.inbox",
        "select * from rules.int_sla__verdicts",
        "select * from reference.rate_cards",
        "select ops.refresh_clocks()",
    ],
)
def test_bi_reads_marts_and_nothing_else(reader, statement):
    reader.execute("set default_transaction_read_only = off")
    with pytest.raises(psycopg.Error, match="permission denied"):
        reader.execute(statement)


def test_a_full_refresh_underneath_does_not_break_an_open_query(demo, reader):
    """A cursor is open over two marts while every table is rebuilt, and reads on to the end."""
    reader.autocommit = False
    expected = reader.execute("select count(*) from sla.verdicts").fetchone()[0]
    reader.commit()
    with reader.cursor(name="report") as cursor:
        cursor.itersize = 100
        cursor.execute(
            "select v.order_id from sla.verdicts v "
            "join sla.clocks c using (tenant_id, order_id, stage, instance)"
        )
        first = cursor.fetchmany(100)
        rebuild = subprocess.run(
            [
                str(DBT), "run", "--full-refresh", "--quiet", "--select", "config.materialized:hot",
                "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
                "--target-path", str(demo.home / "target"),
            ],
            env=demo.environment() | demo.warehouse().environment(),
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert rebuild.returncode == 0, rebuild.stdout[-2000:]
        rest = cursor.fetchall()
    assert len(first) + len(rest) == expected
    reader.commit()
    assert reader.execute("select count(*) from sla.verdicts").fetchone()[0] == expected
    assert reader.execute("select count(*) from sla.breaches").fetchone()[0] > 0


def test_a_passed_deadline_shows_at_once_without_any_run(demo, reader):
    """Design 1.4: a breach needs no event; asking an hour later is enough."""
    reader.autocommit = False
    soon, later = reader.execute(
        "select due_at, due_at + interval '1 microsecond' from sla.clocks "
        "where completed_at is null and cancelled_at is null and due_at > '2026-03-08T18:00Z' "
        "order by due_at limit 1"
    ).fetchone()
    reader.commit()

    def breached(at) -> int:
        reader.execute("select set_config('e2a.as_of', %s::timestamptz::text, true)", (at,))
        found = reader.execute(
            "select count(*) from sla.breaches where due_at = %s and breached_at = due_at", (soon,)
        ).fetchone()[0]
        reader.rollback()
        return found

    assert breached(soon) == 0
    assert breached(later) == 1
