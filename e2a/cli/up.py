"""`e2a up`: the whole installation with one command; `e2a restart`: one part of it anew."""

import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import psutil
import typer

from e2a.cli.console import now, say
from e2a.cli.runner import run_journey
from e2a.domain.errors import BadInputError
from e2a.operations.up import NAMES, Ports, chosen, supervise
from e2a.operations.up.parts import POSTGRES, Part, check_ports, write_workspace
from e2a.operations.up.register import is_up, read
from e2a.warehouse.connection import Role, Warehouse, dagster_home, home
from e2a.warehouse.policies import load_policies
from e2a.warehouse.ports import free_port
from e2a.warehouse.prepare import prepare, uses_embedded

END_SECONDS = 10.0
"""How long a part may take to end before it is killed; its requests under way are answered."""
_PARTS = f"Parts are: {', '.join(NAMES)}; `dagster` is its three."
PortOption = Annotated[
    int, typer.Option(min=1, max=65535, envvar="E2A_WEB_PORT", help="Dagster's web server's.")
]
GatewayPortOption = Annotated[
    int, typer.Option(min=1, max=65535, envvar="E2A_GATEWAY_PORT", help="The gateway's.")
]
CodePortOption = Annotated[
    int,
    typer.Option(
        min=0, max=65535, envvar="E2A_CODE_PORT", help="The code server's; 0: a free one."
    ),
]
HostOption = Annotated[
    str, typer.Option("--gateway-host", help="Where the gateway listens; 0.0.0.0: everywhere.")
]
OnlyOption = Annotated[list[str] | None, typer.Option(help=f"Just these. {_PARTS}")]
WithoutOption = Annotated[list[str] | None, typer.Option(help="Not these, such as dagster.")]


def up(
    port: PortOption = 3000,
    gateway_port: GatewayPortOption = 8080,
    code_port: CodePortOption = 0,
    host: HostOption = "127.0.0.1",
    only: OnlyOption = None,
    without: WithoutOption = None,
) -> None:
    """Start Postgres, gateway, radar, alerts and Dagster; what dies is started again.

    Ctrl-C stops all of it. `--without dagster` is the light set: events in, breaches and alerts
    out, no UI and no nightly runs.

    Example: e2a up --port 3000 --gateway-port 8080
    """
    ports = Ports(port, gateway_port, code_port or free_port(), host)
    folder = dagster_home(home())
    parts = chosen(ports, folder / "workspace.yaml", only or (), without or ())
    if not is_up(home()):
        check_ports(parts)
        write_workspace(folder, ports.code)
    supervise(home(), parts, lambda tell: _ready(tell, parts), embedded=uses_embedded())


def _ready(tell: Callable[[str], None], parts: list[Part]) -> Warehouse:
    """The database as the parts need it; without Dagster's daemon nobody else builds the models."""
    warehouse = prepare(tell)
    with warehouse.connect(Role.APP) as connection:
        load_policies(connection, now())
        built = connection.execute("select to_regclass('sla.breaches') is not null").fetchone()
    if not (built and built[0]) and all(part.name != "daemon" for part in parts):
        tell("building the models, this once")
        run_journey(warehouse, tell)
    return warehouse


def restart(
    part: Annotated[str, typer.Argument(help=f"One of {', '.join(NAMES)}.")],
) -> None:
    """Have `e2a up` start a part anew, such as the code server after an edit of the code.

    Example: e2a restart code-server
    """
    entries = read(home())
    if entries is None:
        raise BadInputError("`e2a up` does not run here", "Start it: make up")
    found = next((entry for entry in entries if entry.name == part), None)
    if found is None:
        names = ", ".join(entry.name for entry in entries)
        raise BadInputError(f"`e2a up` runs no part {part!r}", f"It runs: {names}")
    if found.pid is not None and found.runs:
        _end(psutil.Process(found.pid), signal.SIGINT if part == POSTGRES else signal.SIGTERM)
    say(f"{part} has ended; `e2a up` starts it again.")


def _end(process: psutil.Process, how: signal.Signals) -> None:
    """Ask, and kill what does not hear: a process that hangs hears nothing."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(how)
        try:
            process.wait(END_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
