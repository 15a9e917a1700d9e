"""`e2a exceptions`: broken promises and reported problems, as the work of people."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer

from e2a.cli import episodes
from e2a.cli.console import (
    ActorOption,
    AsOfOption,
    ExceptionArgument,
    JsonOption,
    TenantOption,
    connected,
    instant,
    now,
    print_json,
)
from e2a.domain.deliveries import Source
from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import Promise, Severity, Status
from e2a.sla import exceptions as work
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse.drain import Reader

app = typer.Typer(
    help="Work on exceptions: who does what about a broken promise, and what is excused.",
    no_args_is_help=True,
)


NoteOption = Annotated[str | None, typer.Option(help="Why, in your words.")]
StatusOption = Annotated[
    Status | None, typer.Option(case_sensitive=False, help="Only what stands so.")
]
SeverityOption = Annotated[
    Severity | None, typer.Option(case_sensitive=False, help="Only this bad.")
]


_READER = Reader(Source.WMS, parse, PARSER_VERSION)


@app.command("list")
def list_(
    tenant: TenantOption = None,
    status: StatusOption = None,
    stage: Annotated[str | None, typer.Option(help="pick, pack, ship, deliver, ...")] = None,
    severity: SeverityOption = None,
    closed_too: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    json: JsonOption = False,
) -> None:
    """List what is not closed, the worst and oldest first.

    Example: e2a exceptions list --tenant demo-3pl --severity high
    """
    only = work.Filter(tenant, status, stage, severity, closed_too, limit)
    with connected() as (_, connection):
        rows, count = work.listed(connection, only)
    if json:
        print_json(rows)
        return
    episodes.several(rows, count)


@app.command()
def show(
    exception: ExceptionArgument,
    tenant: TenantOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Show one exception: its facts, who did what when, and its excusals.

    Example: e2a exceptions show 3f2a91c4
    """
    with connected() as (_, connection):
        found = work.find(connection, exception, tenant)
        seen = work.shown(connection, found, instant(as_of))
    if json:
        print_json(seen)
    else:
        episodes.one(seen)


def _mover(to: Status) -> Callable[..., None]:
    def move(
        exception: ExceptionArgument,
        actor: ActorOption,
        tenant: TenantOption = None,
        note: NoteOption = None,
        json: JsonOption = False,
    ) -> None:
        with connected() as (_, connection):
            found = work.find(connection, exception, tenant)
            work.move(connection, found, to, actor, now(), note)
            episode = work.shown(connection, found)["exception"]
        if json:
            print_json(episode)
        else:
            episodes.moved(episode)

    return move


for _name, _to, _help in (
    ("ack", Status.ACKNOWLEDGED, "Acknowledge: it is seen, and it is yours."),
    ("start", Status.IN_PROGRESS, "Begin the work, or take it up again: it did not hold."),
    ("resolve", Status.RESOLVED, "Say that the cause is dealt with."),
    ("close", Status.CLOSED, "Close what is resolved, for good."),
):
    _example = f"Example: e2a exceptions {_name} 3f2a91c4 --actor ann --note 'stock recounted'"
    app.command(_name, help=f"{_help}\n\n{_example}")(_mover(_to))


@app.command()
def excuse(
    reason: Annotated[str, typer.Option(help="Why it does not count, such as force_majeure.")],
    approver: Annotated[str, typer.Option(help="Who approves: another than the actor.")],
    actor: ActorOption,
    exception: Annotated[
        str | None, typer.Argument(help="The exception, or the beginning of its id.")
    ] = None,
    tenant: TenantOption = None,
    order: Annotated[str | None, typer.Option(help="Without an exception: any name of it.")] = None,
    promise: Annotated[str | None, typer.Option(help="Without an exception: ship, ship#2.")] = None,
    note: NoteOption = None,
    json: JsonOption = False,
) -> None:
    """Take a promise out of the count, with another person's approval.

    Example: e2a exceptions excuse 3f2a91c4 --reason force_majeure --actor ann --approver bob

    Or by its order: e2a exceptions excuse --tenant demo-3pl --order shopify:5001 --promise ship
    """
    with connected() as (_, connection):
        if exception:
            found = work.find(connection, exception, tenant)
            episode = work.shown(connection, found)["exception"]
            tenant, order, promise = found[0], episode["order_id"], episode["promise"]
        if not (tenant and order and promise):
            raise BadInputError(
                "It is not said what to excuse",
                "Name an exception, or give --tenant, --order and --promise",
            )
        asked = work.Request(tenant, order, Promise.parse(promise), reason, actor, approver, note)
        done = work.excuse(connection, _READER, asked, now())
    _said(*done, "is excused", json)


@app.command()
def withdraw(
    excusal: Annotated[str, typer.Argument(help="The excusal, or the beginning of its id.")],
    actor: ActorOption,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Withdraw an excusal: the breach counts again.

    Example: e2a exceptions withdraw 81be02f7 --actor bob
    """
    with connected() as (_, connection):
        found = work.find_excusal(connection, excusal, tenant)
        done = work.withdraw(connection, _READER, found, actor, now())
    _said(*done, "is no longer excused", json)


def _said(excusal: work.Excusal, in_effect: bool, words: str, json: bool) -> None:
    if json:
        print_json({**asdict(excusal), "in_effect": in_effect})
    else:
        episodes.excusal(excusal, in_effect, words)
