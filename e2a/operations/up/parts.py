"""Which processes an installation is made of, in the order in which they start.

Add a part: one line in `_parts`. A part is a program of its own that may be killed at any moment
and started again; what it must remember is in the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from e2a.domain.errors import BadInputError, PortInUseError
from e2a.warehouse.ports import is_free

DAGSTER = "dagster"
"""Names the three processes of Dagster together."""
POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen, on 127.0.0.1 if `host` says nothing else for the gateway."""

    web: int
    gateway: int
    code: int
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the installation.

    Attributes:
        name: its word on the terminal, in the log file and in `e2a status`.
        command: what Python runs.
        port: where it listens, if it does.
        ready: path that answers 200 over HTTP once it works.
        after: a port that must take connections before it is started.
        is_dagster: whether it is one of Dagster's.
    """

    name: str
    command: tuple[str, ...]
    port: int | None = None
    ready: str | None = None
    after: int | None = None
    is_dagster: bool = False


def _parts(ports: Ports, workspace: Path) -> list[Part]:
    def e2a(name: str, *words: str, port: int | None = None, ready: str | None = None) -> Part:
        return Part(name, ("-m", "e2a.cli.main", *words), port, ready)

    def dagster(name: str, *words: str, port: int | None = None, ready: str | None = None) -> Part:
        after = None if name == "code-server" else ports.code
        return Part(name, ("-m", *words), port, ready, after, True)

    at, space = ("-h", "127.0.0.1"), ("-w", str(workspace))
    listening = ("--host", ports.host, "--port", str(ports.gateway))
    code = ("dagster", "api", "grpc", *at, "-p", str(ports.code))
    return [
        dagster("code-server", *code, "-m", "e2a_assets.definitions", port=ports.code),
        e2a("gateway", "gateway", *listening, port=ports.gateway, ready="/readyz"),
        e2a("radar", "radar"),
        e2a("alerts", "alerts", "deliver"),
        e2a("narrate", "narrate"),
        dagster("webserver", "dagster_webserver", *at, "-p", str(ports.web), *space,
                port=ports.web, ready="/server_info"),
        dagster("daemon", "dagster._daemon", "run", *space),
    ]  # fmt: skip


NAMES = tuple(part.name for part in _parts(Ports(0, 0, 0), Path()))


def chosen(
    ports: Ports, workspace: Path, only: Iterable[str] = (), without: Iterable[str] = ()
) -> list[Part]:
    """The parts to run.

    Args:
        ports: where they listen.
        workspace: the file that tells Dagster where its code server is.
        only: just these, by name; `dagster` is its three; nothing means all.
        without: not these.

    Raises:
        BadInputError: there is no such part, or none is left.
    """
    known = _parts(ports, workspace)
    wanted, unwanted = _named(known, only), _named(known, without)
    left = [
        part for part in known
        if (not wanted or part.name in wanted) and part.name not in unwanted
    ]  # fmt: skip
    if not left:
        raise BadInputError("No part is left to run", f"Parts are: {', '.join(NAMES)}")
    return left


def _named(known: Sequence[Part], words: Iterable[str]) -> set[str]:
    names: set[str] = set()
    for word in words:
        found = {part.name for part in known if word in (part.name, DAGSTER * part.is_dagster)}
        if not found:
            raise BadInputError(
                f"There is no part {word!r}", f"Parts are: {', '.join((*NAMES, DAGSTER))}"
            )
        names |= found
    return names


def write_workspace(folder: Path, code_port: int) -> Path:
    """The file that tells Dagster's web server and daemon of the code server that they share."""
    file = folder / "workspace.yaml"
    where = f"host: 127.0.0.1, port: {code_port}, location_name: e2a"
    file.write_text(f"load_from:\n  - grpc_server: {{ {where} }}\n")
    return file


def check_ports(parts: Iterable[Part]) -> None:
    """Refuse a port that another program holds, before anything is started.

    Raises:
        PortInUseError: names the port, the part and the option.
    """
    options = {"webserver": "--port", "gateway": "--gateway-port", "code-server": "--code-port"}
    for part in parts:
        if part.port is not None and not is_free(part.port):
            raise PortInUseError(
                f"Port {part.port}, where the {part.name} would listen, is in use by another "
                "program",
                f"Stop it, or choose another, such as {options[part.name]} {part.port + 1}",
            )
