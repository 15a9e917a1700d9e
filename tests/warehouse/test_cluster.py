"""The embedded server: one of it, closed to strangers, and back after a crash."""

import json
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

from e2a.domain.errors import ConfigurationError, DatabaseUnavailableError, PortInUseError
from e2a.warehouse import cluster as server
from e2a.warehouse import connection
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Role, embedded, locate


@pytest.fixture(scope="module")
def home(cluster, make_home):
    """A home of its own; asking for `cluster` first keeps the environment clean."""
    return make_home()


def _postmaster(home: Path) -> psutil.Process:
    return psutil.Process(int((home / "pgdata" / "postmaster.pid").read_text().split()[0]))


def test_a_server_that_runs_is_left_alone_when_started_again(home):
    first = server.start(home)
    before = _postmaster(home)
    assert server.start(home) == first
    assert _postmaster(home) == before
    assert server.port_of_running(home) == first.port


def test_a_server_that_was_killed_starts_again_with_its_data(home):
    """`kill -9` leaves postmaster.pid and shared memory behind."""
    first = server.start(home)
    bootstrap(first)
    with first.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute("create table if not exists public.kept as select 42 as answer")
    victim = _postmaster(home)
    family = [victim, *victim.children(recursive=True)]
    victim.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=30)
    assert server.port_of_running(home) is None
    second = server.start(home)
    assert second.port == first.port
    with second.connect(Role.OWNER) as owner:
        assert owner.execute("select answer from public.kept").fetchone() == (42,)


def test_a_wrong_password_is_refused_over_tcp(home):
    warehouse = server.start(home)
    bootstrap(warehouse)
    for role in (Role.ADMIN, Role.OWNER, Role.APP, Role.READER):
        stranger = replace(warehouse, passwords=dict.fromkeys(Role, "wrong"))
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(stranger.conninfo(role))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(replace(warehouse, passwords=dict.fromkeys(Role, "")).conninfo(Role.ADMIN))


def test_the_server_listens_on_loopback_only(home):
    server.start(home)
    listening = {c.laddr.ip for c in _postmaster(home).net_connections() if c.status == "LISTEN"}
    assert listening == {"127.0.0.1"}


def test_a_stopped_server_is_stopped_once_and_its_absence_is_a_sentence(home):
    warehouse = server.start(home)
    assert server.stop(home) is True
    assert server.stop(home) is False
    with pytest.raises(DatabaseUnavailableError, match=r"does not answer\. Start it with"):
        warehouse.connect(Role.APP)


def test_a_port_that_another_program_holds_is_named(cluster, make_home, monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("E2A_PG_PORT", str(other.getsockname()[1]))
        home = make_home()
        with pytest.raises(PortInUseError, match=r"Port \d+, which E2A_PG_PORT names, is in use"):
            server.start(home)
    assert server.port_of_running(home) is None


def test_the_last_port_is_taken_again_unless_it_is_busy(home):
    first = server.start(home)
    server.stop(home)
    assert server.start(home).port == first.port
    server.stop(home)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", first.port))
        other.listen()
        moved = server.start(home)
    assert moved.port != first.port
    assert json.loads((home / "cluster.json").read_text())["port"] == moved.port


def test_another_process_with_the_recorded_number_is_not_our_server(home):
    server.start(home)
    server.stop(home)
    left = home / "pgdata" / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n{home / 'pgdata'}\n0\n5432\n")
    assert server.port_of_running(home) is None
    left.unlink()


def test_the_password_file_is_for_its_owner_only_and_nothing_shows_a_password(make_home):
    home = make_home()
    warehouse = embedded(home, 5432)
    assert (home / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(set(warehouse.passwords.values())) == len(Role)
    assert not [p for p in warehouse.passwords.values() if p in repr(warehouse) + str(warehouse)]
    assert embedded(home, 5432).passwords == warehouse.passwords


def test_an_installation_without_database_says_what_to_run(cluster, make_home, monkeypatch):
    monkeypatch.delenv("E2A_DATABASE_URL", raising=False)
    with pytest.raises(DatabaseUnavailableError, match=r"There is no database under.*make demo"):
        locate(make_home())


@pytest.mark.parametrize("url", ["mysql://u:p@h/db", "nothing", "postgresql:///db"])
def test_a_url_that_names_no_postgres_is_refused_without_showing_it(make_home, monkeypatch, url):
    monkeypatch.setenv("E2A_DATABASE_URL", url)
    with pytest.raises(ConfigurationError, match="not a PostgreSQL URL") as caught:
        locate(make_home())
    assert url not in str(caught.value)


def test_a_url_is_taken_apart_and_put_together_again(make_home, monkeypatch):
    monkeypatch.setenv("E2A_DATABASE_URL", "postgresql://ad%40min:p%2Fw@db.example:6543/main")
    found = locate(make_home())
    assert (found.host, found.port, found.admin_user) == ("db.example", 6543, "ad@min")
    assert found.admin_database == "main"
    assert found.url(Role.ADMIN) == "postgresql+psycopg://ad%40min:p%2Fw@db.example:6543/main"
    assert connection.PROJECT.name
