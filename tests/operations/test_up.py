"""The pieces of `e2a up`; the whole of it is started in tests/journey/test_up.py."""

import os
import signal
import socket
from io import StringIO
from pathlib import Path

import psutil
import pytest

from e2a.domain.errors import BadInputError, PortInUseError, RefusedError
from e2a.operations.up import Ports, chosen, lines, register, trees
from e2a.operations.up.child import Child
from e2a.operations.up.lines import Terminal, Voice
from e2a.operations.up.parts import Part, check_ports, write_workspace
from tests.gateway.serving import wait_for

PORTS = Ports(3000, 8080, 4000)
CHATTER = (
    "-c", "import os, subprocess, sys, time\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('talker     here', os.getpid(), flush=True)\ntime.sleep(600)",
)  # fmt: skip
"""A part that starts a process of its own."""


@pytest.fixture
def stream() -> StringIO:
    return StringIO()


@pytest.fixture
def voice(stream, tmp_path) -> Voice:
    return Voice(Terminal(8, stream), "talker", 0, tmp_path)


def names(*words: str, **more) -> list[str]:
    return [part.name for part in chosen(PORTS, Path(*words) if words else Path("w"), **more)]


def test_parts_are_chosen_by_name_and_dagster_is_three_of_them():
    dagster = ["code-server", "webserver", "daemon"]
    assert set(names()) >= {*dagster, "gateway", "radar", "alerts"}
    assert not set(names(without=["dagster"])) & set(dagster)
    assert names(only=["dagster"]) == dagster
    assert names(only=["radar", "gateway"]) == ["gateway", "radar"]
    with pytest.raises(BadInputError, match=r"no part 'raddar'\. Parts are: .*radar"):
        names(only=["raddar"])
    with pytest.raises(BadInputError, match="No part is left"):
        names(only=["radar"], without=["radar"])


def test_webserver_and_daemon_are_told_of_the_code_server_that_they_share(tmp_path):
    file = write_workspace(tmp_path, 4000)
    assert "grpc_server: { host: 127.0.0.1, port: 4000, location_name: e2a }" in file.read_text()
    commands = {part.name: part.command for part in chosen(PORTS, file)}
    for name in ("webserver", "daemon"):
        assert commands[name][-2:] == ("-w", str(file))


def test_a_port_that_is_taken_is_a_sentence_with_the_option():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(
            PortInUseError, match=f"Port {port}, where the gateway .*--gateway-port"
        ):
            check_ports(chosen(Ports(1, port, 1), Path("w"), only=["gateway"]))


def test_one_up_a_home_and_others_see_what_it_runs(tmp_path):
    assert register.read(tmp_path) is None
    with register.only_one(tmp_path):
        words = rf"runs already over .*process {os.getpid()}"
        with pytest.raises(RefusedError, match=words), register.only_one(tmp_path):
            raise AssertionError("the second may not begin")
        register.write(tmp_path, [register.Entry("radar", os.getpid(), None, 2)])
        (entry,) = register.read(tmp_path)
        assert (entry.name, entry.runs, entry.restarts) == ("radar", True, 2)
    assert register.read(tmp_path) is None


def test_who_says_much_is_shown_a_little_and_kept_whole(voice, stream, tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "SHOWN_A_SECOND", 0.0)
    monkeypatch.setattr(lines, "COUNT_EVERY", 0.0)
    for number in range(100):
        voice.line(f"talker     line {number}")
    voice.line("Traceback: it went wrong")
    voice.count_hidden()
    shown = stream.getvalue().splitlines()
    assert shown[0] == "talker   | line 0"
    assert shown[-2:] == [
        "talker   | Traceback: it went wrong",
        f"talker   | ... and 88 lines more in {tmp_path / 'talker.log'}",
    ]
    assert len(shown) == 14
    assert len((tmp_path / "talker.log").read_text().splitlines()) == 101


def test_a_log_file_does_not_grow_for_ever(voice, tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "MOST_BYTES", 1000)
    for number in range(200):
        voice.line(f"line {number:03d}" + "." * 40)
    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert set(sizes) == {"talker.log", "talker.log.1"}
    assert max(sizes.values()) < 1100


def test_json_is_shown_as_words(voice, stream):
    voice.line('{"event": "post", "status": 202, "cause": null}')
    assert stream.getvalue() == "talker   | event=post status=202\n"


def test_who_dies_is_started_again_and_ended_with_all_that_it_started(voice, stream):
    child = Child(Part("talker", CHATTER), voice)

    def look() -> bool:
        child.look(dict)
        return "talker   | here" in stream.getvalue()

    try:
        wait_for(look)
        first = child.entry().pid
        wait_for(lambda: len(trees.members([first])) == 2)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: look() and child.entry().pid not in (None, first))
        assert child.entry().restarts == 1
        assert "up       | talker ended (SIGKILL); starting it again in 0.2 s" in stream.getvalue()
        wait_for(lambda: len(trees.members(child.sessions)) == 3)  # its orphan is not forgotten
        left = trees.members(child.sessions)
    finally:
        trees.end(child.sessions, (5.0, 5.0, 5.0))
    assert not any(psutil.pid_exists(process.pid) for process in left if _alive(process))


def _alive(process: psutil.Process) -> bool:
    """Not a dead one that nobody has buried: this process is its parent."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
