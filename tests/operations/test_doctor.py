"""The doctor: of each planted fault it names the cause and the command that mends it."""

import shutil
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app as command
from e2a.domain.deliveries import Delivery, Source
from e2a.operations.doctor import Ground, examine
from e2a.operations.doctor.database import clock, migrations, restored, roles
from e2a.operations.doctor.journey import calendars, models, policies, radar, truth, watermark
from e2a.operations.doctor.machine import parts, pins, ports, secrets
from e2a.operations.doctor.outside import dead_letters, deliverer, destinations
from e2a.operations.up.register import Entry
from e2a.warehouse.connection import PROJECT, Role
from e2a.warehouse.inbox import land
from tests.alerts.routing import alerts, announce
from tests.gateway.serving import environment
from tests.operations.conftest import SOON, broken, now

ME = Entry("radar", 1, now() - timedelta(hours=1))
"""A process that is surely there."""


def ids(found) -> list[str]:
    return [finding.id for finding in found]


def test_nothing_is_found_where_nothing_is_wrong_and_every_check_is_made(well):
    looked = {one.check: one.findings for one in examine(well(entries=()))}
    assert [finding.says for found in looked.values() for finding in found] == []
    assert len(looked) >= 20
    assert pins()


def test_a_long_transaction_that_holds_rows_up_is_named(well, built, modelled):
    with built.connect(Role.OWNER) as writer:
        writer.execute("select pg_current_xact_id()")
        land(modelled, [Delivery("demo-3pl", Source.WMS, "up", now(), b"{}")])
        modelled.commit()
        (found,) = watermark(well(now=now() + SOON))
        pid = writer.info.backend_pid
    assert found.id == "watermark.held_up"
    assert f"by session {pid} (e2a e2a_owner, database {built.database})" in found.says
    assert f"pg_terminate_backend({pid})" in found.mend


def test_rows_that_nobody_reads_are_counted(well, modelled):
    land(modelled, [Delivery("demo-3pl", Source.WMS, "up", now(), b"{}")])
    modelled.commit()
    assert list(watermark(well())) == []
    (found,) = watermark(well(now=now() + SOON))
    assert (found.id, found.mend) == ("watermark.unread", "make up")
    assert "1 rows of wms" in found.says


def test_a_radar_that_hangs_is_told_from_one_that_is_not_there(well, modelled):
    modelled.execute("update ops.lanes set beat_at = now() - interval '30 seconds'")
    modelled.commit()
    assert ids(radar(well())) == ["radar.absent"]
    (hung,) = radar(well(entries=(ME,)))
    assert (hung.id, hung.mend) == ("radar.hung", "e2a restart radar")
    assert "process 1" in hung.says


def test_a_hot_lane_that_fails_says_why(well, modelled):
    modelled.execute("update ops.lanes set failures = 3, last_failure = 'out of chalk'")
    modelled.commit()
    (found,) = radar(well())
    assert found.id == "radar.fails"
    assert "3 times in a row: out of chalk" in found.says


def overdue(modelled) -> None:
    modelled.execute(
        "insert into ops.outbox (tenant_id, subject, order_id, promise, kind, version, "
        "destination, payload, announce_after, digest, next_attempt_at) values ('demo-3pl', 's', "
        "'o', 'pick#1', 'opened', 1, 'hook', '{}', now(), false, now() - interval '5 minutes')"
    )
    modelled.commit()


def test_a_deliverer_that_is_silent_is_found_by_what_is_overdue(well, modelled):
    overdue(modelled)
    assert ids(deliverer(well())) == ["deliverer.absent"]
    hung = Entry("alerts", 1, now() - timedelta(hours=1))
    assert ids(deliverer(well(entries=(hung,)))) == ["deliverer.hung"]
    modelled.execute(
        "insert into ops.heartbeats (part, session_pid) values ('alerts', 1) "
        "on conflict (tenant_id, part) do update set beat_at = now()"
    )
    modelled.commit()
    assert ids(deliverer(well(entries=(hung,)))) == []


@pytest.mark.parametrize(
    ("variables", "expected", "mend"),
    [
        ({}, "destinations.not_set", "set E2A_ALERTS_SECRET"),
        ({"E2A_ALERTS_SECRET": "whsec_x"}, "destinations.dead", "mend the destination"),
    ],
)
def test_a_destination_that_fails_is_named_with_its_reason(
    well, built, modelled, variables, expected, mend
):
    announce(modelled, alerts())
    broken(built, delivered_at=now())
    (found,) = destinations(well(environment=variables))
    assert found.id == expected
    assert "demo-3pl/hook" in found.says
    assert mend in found.mend


def test_dead_letters_that_failed_and_tenants_that_are_missing_are_counted(well, built, modelled):
    with built.connect(Role.OWNER) as owner:
        owner.execute(
            "insert into landing.dead_letters (tenant_id, inbox_seq, source, error_class, error, "
            "next_attempt_at) values ('demo-3pl', 1, 'wms', 'KeyError', 'x', null)"
        )
        owner.execute(
            "insert into landing.outcomes (tenant_id, inbox_seq, source, received_at, outcome, "
            "reason, parser_version) values ('acme', 2, 'wms', now(), 'waiting', "
            "'unknown_tenant', 'v1')"
        )
    failed, waits = dead_letters(well())
    assert (failed.id, waits.id) == ("dead_letters.failed", "dead_letters.waiting")
    assert "acme" in waits.says
    assert "policies/acme" in waits.mend


def test_models_that_are_not_the_checkouts_are_found(well, modelled, shared):
    modelled.execute("update ops.builds set fingerprint = 'other'")
    modelled.commit()
    assert ids(models(well())) == ["models.differ"]
    with shared.connect(Role.APP, autocommit=True) as app:
        assert ids(models(Ground(shared.home, now(), now, {}, shared, app=app))) == [
            "models.missing"
        ]


def test_policies_that_were_edited_or_say_what_cannot_be_are_found(well, tmp_path, monkeypatch):
    folder = tmp_path / "policies"
    shutil.copytree(PROJECT / "policies", folder)
    monkeypatch.setenv("E2A_POLICIES", str(folder))
    file = folder / "demo-3pl" / "sla.yaml"
    text = file.read_text()
    file.write_text(text.replace("within_minutes: 120", "within_minutes: 121"))
    (edited,) = policies(well())
    assert edited.id == "policies.not_loaded"
    assert "SLA versions" in edited.says
    assert ids(policies(well())) == ["policies.not_loaded"]  # looking has loaded nothing
    file.write_text(text.replace("within_minutes: 120", "within_minuets: 120"))
    (invalid,) = policies(well())
    assert invalid.id == "policies.invalid"
    assert "within_minuets" in invalid.says


def test_calendars_that_end_are_found_a_year_before(well, built):
    assert list(calendars(well())) == []
    with built.connect(Role.OWNER, autocommit=True) as owner:
        ends = owner.execute(
            "select covers_until, tenant_id, calendar_version from reference.calendars"
        ).fetchall()
        owner.execute("update reference.calendars set covers_until = now() + interval '99 days'")
        found = list(calendars(well()))
        owner.cursor().executemany(
            "update reference.calendars set covers_until = %s "
            "where tenant_id = %s and calendar_version = %s", ends
        )  # fmt: skip
    assert [(one.id, one.mend) for one in found] == [("calendars.short", "e2a run")]


def test_a_red_proof_is_said(well, built):
    with built.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute(
            "insert into ops.truths (tenant_id, whole, started_at, finished_at, orders, "
            "differences) values ('*', true, now(), now(), 10, 2)"
        )
        assert ids(truth(well())) == ["truth.red"]
        owner.execute("delete from ops.truths")


def test_clocks_that_disagree_are_found(well):
    late = replace(well(), clock=lambda: now() - timedelta(seconds=90))
    (found,) = clock(late)
    assert found.id == "clock.skew"
    assert "disagree by 9" in found.says


def test_a_role_that_cannot_log_in_is_named(well, built):
    wrong = replace(built, passwords=built.passwords | {Role.READER: "forgotten"})
    (found,) = roles(well(warehouse=wrong))
    assert (found.id, found.mend) == ("roles.e2a_reader", "e2a db start")


def test_an_older_schema_and_a_restored_database_are_found(shared):
    with shared.connect(Role.APP, autocommit=True) as app, shared.connect(
        Role.OWNER, autocommit=True
    ) as owner:  # fmt: skip
        ground = Ground(shared.home, now(), now, {}, shared, app=app)
        assert [*migrations(ground), *restored(ground)] == []
        owner.execute("update ops.schema_version set version_num = '0007'")
        owner.execute("update ops.cluster set system_identifier = 7")
        assert ids(migrations(ground)) == ["migrations.behind"]
        assert ids(restored(ground)) == ["restored.elsewhere"]


def test_secrets_that_others_may_read_are_found(well):
    ground = well()
    file = ground.home / "vault.key"
    file.write_text("x")
    file.chmod(0o640)
    (found,) = secrets(ground)
    assert (found.id, found.mend) == ("secrets.vault.key", f"chmod 600 {file}")


def test_a_port_that_another_program_holds_is_found_before_up_would_refuse_it(well):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        (found,) = ports(well(environment={"E2A_WEB_PORT": port, "E2A_GATEWAY_PORT": "1"}))
    assert found.id == "ports.webserver"


def test_parts_that_fell_or_do_not_answer_are_found(well):
    with socket.socket() as other:  # bound and never listening: nobody is let in
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        fallen = Entry("daemon", None, None, last_end="exit code 1")
        mute = replace(ME, name="gateway", port=port, ready="/readyz")
        often = replace(ME, restarts=7, last_end="SIGKILL")
        found = list(parts(well(entries=(fallen, mute, often))))
    assert ids(found) == ["parts.daemon", "parts.gateway.silent", "parts.radar.falls"]
    assert found[1].mend == "e2a restart gateway"


def test_without_a_server_the_machine_is_looked_at_all_the_same(well, built):
    gone = replace(built, port=1)
    looked = {one.check: ids(one.findings) for one in examine(replace(well(), warehouse=gone,
                                                                      app=None))}  # fmt: skip
    assert looked["database"] == ["database.unreachable"]
    assert looked["python"] == []
    assert "models" not in looked


def test_the_command_says_what_is_wrong_and_exits_with_1(built, modelled, monkeypatch):
    for name, value in environment(built).items():
        monkeypatch.setenv(name, value)
    overdue(modelled)
    done = CliRunner().invoke(command, ["doctor"])
    assert done.exit_code == 1
    assert "deliverer.absent" in done.output
    assert "e2a alerts deliver" in done.output
    assert "ok   the database answers" in done.output
