"""`e2a simulate`: invented traffic, as files or live to a gateway."""

import signal
from datetime import date
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Annotated

import httpx
import typer

from e2a.cli.console import now, out, say
from e2a.cli.simulator_keys import given, made
from e2a.domain.errors import BadInputError, RefusedError
from e2a.operations.up.register import read
from e2a.simulator import Plan
from e2a.simulator import simulate as invent
from e2a.simulator.live import NotAcceptedError, Secrets, Tally, Traffic, run
from e2a.warehouse.connection import PROJECT, home

GATEWAY = "http://127.0.0.1:8080"
TELL_SECONDS = 5.0


def simulate(
    out_folder: Annotated[Path, typer.Option("--out", help="Where to write.")] = PROJECT
    / ".e2a"
    / "simulated",
    orders: Annotated[int, typer.Option(min=1, help="How many orders.")] = 1200,
    days: Annotated[int, typer.Option(min=1, max=90, help="Over how many days.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 7,
    tenants: Annotated[str, typer.Option(help="Comma-separated.")] = "demo-3pl,nordic-beauty",
    start: Annotated[str, typer.Option(help="First day, YYYY-MM-DD.")] = "2026-03-02",
    live: Annotated[bool, typer.Option("--live", help="Post it to a gateway, as of now.")] = False,
    rate: Annotated[float, typer.Option(min=0.1, max=5000, help="Live: events a second.")] = 200,
    to: Annotated[
        str | None, typer.Option(help="Live: the gateway; default: that of `e2a up`.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Live: how long; default: until Ctrl-C.")
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="Live: JSON of signing secrets; default: made in the database here."),
    ] = None,
) -> None:
    """Invent warehouse life: a week as files with its planted exceptions, or live traffic.

    Live orders are under way already, so that deadlines pass and breaches appear at once.

    Example: e2a simulate --live --rate 200 --to http://127.0.0.1:8080 --minutes 10
    """
    named = tuple(tenants.split(","))
    if live:
        secrets = given(keys, named) if keys else made(named, now())
        _live(to or _gateway(), rate, named, seed, secrets, minutes)
        return
    try:
        invent(Plan(orders, days, seed, named, date.fromisoformat(start)), out_folder, _simulated)
    except ValueError as error:
        raise BadInputError(str(error), "See `e2a simulate --help`") from None
    out.print(f"Wrote {out_folder}: deliveries.jsonl, billed/, truth.json")


def _simulated(done: int, total: int) -> None:
    say(f"simulating {done:,} of {total:,} orders")


def _gateway() -> str:
    """That of `e2a up`, if it runs here."""
    for entry in read(home()) or []:
        if entry.name == "gateway":
            return f"http://127.0.0.1:{entry.port}"
    return GATEWAY


def _live(
    url: str, rate: float, tenants: tuple[str, ...], seed: int, secrets: Secrets,
    minutes: float | None,
) -> None:  # fmt: skip
    _check_answers(url)
    pulse = _Pulse(minutes)
    traffic = Traffic(url, rate, tenants, seed, secrets, now, pulse.going)
    pulse.tally = traffic.tally
    say(f"live       {rate:g} events a second to {url}; Ctrl-C ends it with a summary")
    try:
        run(traffic)
    except ValueError as error:
        raise BadInputError(str(error), "See `e2a simulate --help`") from None
    except NotAcceptedError as error:
        raise RefusedError(
            f"The gateway at {url} refuses a message ({error})",
            "Are the keys of this gateway's database? Else give them: --keys FILE",
        ) from None
    out.print(_summary(traffic.tally, pulse.seconds))


class _Pulse:
    """Says how it goes now and then, and when it is enough."""

    def __init__(self, minutes: float | None) -> None:
        self._began = self._told = monotonic()
        self._until = self._began + minutes * 60 if minutes else float("inf")
        self._asked_to_stop = False
        self.tally = Tally()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return monotonic() - self._began

    def going(self) -> bool:
        """Whether to go on."""
        if monotonic() - self._told >= TELL_SECONDS:
            self._told = monotonic()
            say("live       " + _words(self.tally))
        return not self._asked_to_stop and monotonic() < self._until

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._asked_to_stop:  # asked twice: without waiting for acknowledgements
            raise KeyboardInterrupt
        self._asked_to_stop = True


def _words(tally: Tally) -> str:
    return (
        f"{tally.sent:,} sent, {tally.acknowledged:,} acknowledged, answers p50 "
        f"{tally.milliseconds(0.5):.0f} ms, p95 {tally.milliseconds(0.95):.0f} ms; "
        f"{tally.orders:,} orders, {tally.late_by(now()):,} promises broken by now"
    )


def _summary(tally: Tally, seconds: float) -> str:
    said = ", ".join(f"{count:,} {word}" for word, count in sorted(tally.said.items()))
    return (
        f"{_words(tally)}.\n{seconds:.1f} s, {tally.acknowledged / seconds:.0f} events a second; "
        f"the gateway said: {said or 'nothing'}; {tally.waits:,} waits.\n"
        "Look: e2a exceptions list, e2a status"
    )


def _check_answers(url: str) -> None:
    try:
        said = str(httpx.get(f"{url}/healthz", timeout=5).status_code)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = type(error).__name__
    if said != "200":
        raise BadInputError(
            f"No gateway answers at {url} ({said})",
            "Start one: make up, or e2a gateway; then say where: --to http://127.0.0.1:PORT",
        )
