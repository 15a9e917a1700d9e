"""`python -m e2a.analyst.scripted`: the scripted provider, until it is stopped."""

import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.faults import FAULTS, every
from e2a.analyst.scripted.server import Script, serving


def main(
    port: Annotated[int, typer.Option(help="0 for a free one.")] = 8790,
    latency_ms: Annotated[int, typer.Option(min=0, help="Before every answer.")] = 0,
    fault: Annotated[str, typer.Option(help=f"One of: {', '.join(FAULTS)}.")] = "",
    each: Annotated[int, typer.Option("--every", min=1, help="How often the fault comes.")] = 1,
    record: Annotated[Path | None, typer.Option(help="Where received bytes are kept.")] = None,
) -> None:
    """Answer as a provider would, without a model.

    Example: python -m e2a.analyst.scripted --port 8790 --fault rate_limit --every 5
    """
    if fault and fault not in FAULTS:
        raise typer.BadParameter(f"{fault!r} is no fault; write one of {', '.join(FAULTS)}")
    script: Script = every(each, FAULTS[fault]) if fault else answers
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with serving(_slow(script, latency_ms / 1000), port, keeps=record is not None) as provider:
        typer.echo(f"scripted   {provider.url}")
        done.wait()
        if record is not None:
            record.write_bytes(bytes(provider.received))


def _slow(script: Script, seconds: float) -> Script:
    if not seconds:
        return script
    return lambda seen: replace(script(seen), delay=seconds)


if __name__ == "__main__":
    typer.run(main)
