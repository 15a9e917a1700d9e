"""Processes, sockets and signals: one event loop per process, one listening socket for all.

SIGTERM: stop accepting, store what waits, answer, exit 0.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn

from e2a.domain.errors import PortInUseError
from e2a.gateway.app import Application
from e2a.gateway.door import Door
from e2a.gateway.log import Log
from e2a.gateway.protocol import GuardedProtocol
from e2a.warehouse.connection import Warehouse, locate

DRAIN_SECONDS = 25
"""How long the requests under way may take after SIGTERM."""
BACKLOG = 1024
_RESTART_PAUSE = 1.0


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that child processes may inherit.

    Raises:
        PortInUseError: another program holds the port, or the host is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortInUseError(
            f"The gateway cannot listen at {host}:{port} ({error.strerror})",
            "Choose another --port",
        ) from None
    listener.set_inheritable(True)
    return listener


def serve(warehouse: Warehouse, listener: socket.socket, log: Log) -> None:
    """Serve in this process until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda caught, frame: sys.exit(0))  # before uvicorn listens to it,
        # and after: it raises what it caught once more, at the end
    config = uvicorn.Config(
        Application(Door(warehouse, _now, log)),
        loop="uvloop",
        http=GuardedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def supervise(listener: socket.socket, workers: int, log: Callable[[str], None]) -> None:
    """Keep so many processes serving; one that dies is replaced; SIGTERM ends all of them."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda caught, frame: stopping.append(caught))
    lifeline, _held = os.pipe()  # `_held` closes with this process, however it ends
    with tempfile.TemporaryDirectory(prefix="e2a-metrics-") as metrics:
        children = [_spawn(listener, lifeline, metrics) for _ in range(workers)]
        while not stopping:
            time.sleep(0.1)
            for place, child in enumerate(children):
                if child.poll() is not None and not stopping:
                    log(f"a gateway process ended with {child.returncode}; starting another")
                    time.sleep(_RESTART_PAUSE)
                    children[place] = _spawn(listener, lifeline, metrics)
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def _spawn(listener: socket.socket, lifeline: int, metrics: str) -> subprocess.Popen[bytes]:
    fds = [listener.fileno(), lifeline]
    return subprocess.Popen(
        [sys.executable, "-m", "e2a.gateway.server", *map(str, fds)],
        pass_fds=fds,
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": metrics},
    )


def _end_with(lifeline: int) -> None:
    """End when the supervisor does: its end of the pipe closes with it."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    for fd in sys.argv[2:]:
        threading.Thread(target=_end_with, args=(int(fd),), daemon=True).start()
    serve(locate(), socket.socket(fileno=int(sys.argv[1])), Log())
