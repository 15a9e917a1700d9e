"""`e2a narrate`: a model's words for breaches, as they come or once over what waits."""

import signal
from collections.abc import Callable
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from e2a.cli.console import AsOfOption, JsonOption, TenantOption, instant, now, out, print_json, say
from e2a.sla.narration.queue import Wanted
from e2a.warehouse.connection import locate

if TYPE_CHECKING:
    from e2a.sla.narration.running import Narrated

TELL_EVERY = 25


def narrate(
    once: Annotated[
        bool, typer.Option("--once", help="One pass over what waits, then end.")
    ] = False,
    tenant: TenantOption = None,
    as_of: AsOfOption = None,
    most: Annotated[int, typer.Option(min=1, help="At most so many breaches a pass.")] = 500,
    json: JsonOption = False,
) -> None:
    """Ask a model about breaches until SIGINT or SIGTERM; several may run (docs/ai.md).

    With no key nothing is asked and the rules' words stand.

    Example: e2a narrate --once --tenant demo-3pl
    """
    stopped = _stopped()
    if once:
        _tell(_pass(Wanted(tenant), most, as_of, stopped), json=json)
        return
    from e2a.sla.narration.residing import Outside, reside  # HTTP is slow to import

    warehouse = locate()
    say("narrate    waiting for breaches; Ctrl-C stops it")
    reside(warehouse, Outside(now, say, stopped, most))
    say("narrate    stopped")


def _pass(wanted: Wanted, most: int, as_of: str | None, stopped: Event) -> "Narrated":
    from e2a.analyst.narrator import open_narrator
    from e2a.sla.narration.running import narrate

    warehouse = locate()
    with open_narrator(warehouse) as narrator:
        return narrate(
            warehouse, narrator, now, wanted=wanted, most=most,
            as_of=instant(as_of), progress=progress(), going=lambda: not stopped.is_set(),
        )  # fmt: skip


def progress() -> Callable[[int], None]:
    """Tells of every `TELL_EVERY` breaches."""
    told = 0

    def tell(done: int) -> None:
        nonlocal told
        if done >= told + TELL_EVERY:
            told = done
            say(f"narrate    {done:,} breaches")

    return tell


def _tell(done: "Narrated", *, json: bool) -> None:
    if json:
        print_json(
            {
                "by_model": done.by_model, "of_known_answers": done.cached,
                "by_rules": dict(done.by_rules), "waiting": done.waiting,
            }
        )  # fmt: skip
    else:
        out.print(f"{done.words()}.")


def _stopped() -> Event:
    stopped = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopped
