"""`e2a gateway`: the door for what senders post."""

from typing import Annotated

import typer

from e2a.cli.console import say
from e2a.warehouse.connection import locate


def gateway(
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 is every one.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 8080,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes, one a core.")] = 1,
) -> None:
    """Take events in over HTTP: POST /ingest/{source}; SIGTERM ends it without losing one.

    Example: e2a gateway --port 8080 --workers 2
    """
    from e2a.gateway import server  # the server's libraries are slow to import
    from e2a.gateway.log import Log

    warehouse = locate()
    listener = server.listen(host, port)
    address, at = listener.getsockname()[:2]
    say(f"The gateway listens at http://{address}:{at}; its page is /docs.")
    if workers == 1:
        server.serve(warehouse, listener, Log())
    else:
        server.supervise(listener, workers, say)
