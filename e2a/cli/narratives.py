"""`e2a narratives`: explanations of breaches, and what people decide of notes to customers."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

from e2a.cli import narratives_shown
from e2a.cli.console import (
    ActorOption,
    AsOfOption,
    ExceptionArgument,
    JsonOption,
    TenantOption,
    connected,
    instant,
    now,
    out,
    print_json,
)
from e2a.domain.errors import BadInputError
from e2a.sla.narration import reading, silencing
from e2a.sla.narration.acceptance import acceptance as counted
from e2a.sla.narration.again import Again
from e2a.sla.narration.again import again as queue_again

app = typer.Typer(
    help="Explanations of breaches: read them, decide what customers are told. docs/ai.md",
    no_args_is_help=True,
)

ReasonOption = Annotated[str, typer.Option(help="Why, in your words; it is kept.")]
SeenOption = Annotated[
    str | None, typer.Option(help="What `show` calls the words that you have read.")
]
DayOption = Annotated[str | None, typer.Option(help="A UTC day of breach, such as 2026-03-09.")]


@app.command("list")
def list_(
    tenant: TenantOption = None,
    source: Annotated[
        Literal["model", "rules"] | None, typer.Option(help="Only what these wrote.")
    ] = None,
    status: Annotated[
        Literal["draft", "approved", "rejected"] | None,
        typer.Option(help="Only those whose note to the customer stands so."),
    ] = None,
    label: Annotated[str | None, typer.Option(help="Only this reason code.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    json: JsonOption = False,
) -> None:
    """List explanations that hold, the latest breach first.

    Example: e2a narratives list --status draft --source model
    """
    only = reading.Filter(tenant, source, status, label and label.upper(), limit)
    with connected() as (_, connection):
        rows, count = reading.listed(connection, only)
    if json:
        print_json(rows)
    else:
        narratives_shown.several(rows, count)


@app.command()
def show(
    exception: ExceptionArgument, tenant: TenantOption = None, json: JsonOption = False
) -> None:
    """Show one: both notes, who wrote them, on what evidence, and every decision.

    Example: e2a narratives show 3f2a91c4
    """
    with connected() as (_, connection):
        found = reading.shown(connection, exception, tenant)
    if json:
        print_json(found)
    else:
        narratives_shown.one(found)


def _decider(name: str) -> Callable[..., None]:
    def decide(
        exception: ExceptionArgument, reason: ReasonOption, actor: ActorOption,
        tenant: TenantOption = None, seen: SeenOption = None, as_of: AsOfOption = None,
        json: JsonOption = False,
    ) -> None:  # fmt: skip
        _decided(name, exception, actor, reason, tenant, as_of, seen, json=json)

    return decide


def _decided(
    name: str, exception: str, actor: str, reason: str, tenant: str | None, as_of: str | None,
    seen: str | None, *words: str, json: bool, **more: bool,
) -> None:  # fmt: skip
    from e2a.sla.narration import deciding  # the checks of languages are slow to import

    decide: Callable[..., dict[str, Any]] = getattr(deciding, name)
    asked = deciding.Decision(exception, actor, reason, now(), tenant, instant(as_of), seen)
    with connected() as (_, connection):
        narratives_shown.decided(decide(connection, asked, *words, **more), json=json)


for _name, _help, _why in (
    ("approve", "Let the customer's note be sent as it is.", "reads well"),
    ("reject", "Say that the customer's note may not be sent.", "we called the customer"),
):
    _example = f"Example: e2a narratives {_name} 3f2a91c4 --reason '{_why}' --actor ann"
    app.command(_name, help=f"{_help}\n\n{_example}")(_decider(_name))


@app.command()
def edit(
    exception: ExceptionArgument,
    text: Annotated[str, typer.Option(help="The note as the customer will read it.")],
    reason: ReasonOption, actor: ActorOption,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Let words stand that the checks do not like.")
    ] = False,
    tenant: TenantOption = None, seen: SeenOption = None, as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Let other words be sent to the customer; the draft is kept beside them.

    Words pass the checks of drafts. Personal data and numbers of other orders never pass.

    Example: e2a narratives edit 3f2a91c4 --text 'Your order is late; we ship it today.'
    --reason 'warmer' --actor ann
    """
    _decided(
        "edit", exception, actor, reason, tenant, as_of, seen, text, json=json, is_anyway=anyway
    )


@app.command()
def acceptance(tenant: TenantOption = None, json: JsonOption = False) -> None:
    """Count by kind of message how often notes are taken as they are, edited or rejected.

    Example: e2a narratives acceptance --tenant demo-3pl
    """
    with connected() as (_, connection):
        rows = counted(connection, tenant)
    if json:
        print_json(rows)
    else:
        narratives_shown.acceptance(rows)


@app.command()
def silence(
    order: Annotated[str, typer.Argument(help="The order's id or any of its names.")],
    tenant: Annotated[str, typer.Option(help="The order's tenant.")],
    actor: ActorOption,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Let a model be asked again.")] = False,
) -> None:
    """Send nothing about an order to a model any more.

    Example: e2a narratives silence shopify:5001 --tenant demo-3pl --reason 'asked for it'
    """
    with connected() as (_, connection):
        if lift:
            name = silencing.lift(connection, tenant, order, actor, now())
        else:
            name = silencing.silence(connection, tenant, order, actor, reason, now())
    out.print(f"{name}: a model {'may be asked again' if lift else 'is asked nothing any more'}.")


@app.command()
def again(
    tenant: TenantOption = None,
    day: DayOption = None,
    prompt: Annotated[
        bool, typer.Option("--prompt", help="Only what the released prompt has not written.")
    ] = False,
    rules_too: Annotated[
        bool, typer.Option("--rules-too", help="Also where rules' words stand.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Have explanations written anew by a model; until they are, the present ones stay.

    Example: e2a narratives again --prompt --tenant demo-3pl
    """
    day_of = instant(f"{day}T00:00:00Z", "--day") if day else None
    on = day_of.date() if day_of else None
    if not (prompt or tenant or day):
        raise BadInputError("It is not said which", "Give --prompt, --tenant or --day")
    wanted = Again(tenant, _released() if prompt else None, rules_too, on, on)
    with connected() as (_, connection):
        count = queue_again(connection, wanted)
    if json:
        print_json({"queued": count})
    else:
        out.print(f"{count:,} are to be written anew: e2a narrate --once, or the resident does.")


def _released() -> str:
    from e2a.analyst.prompts import load
    from e2a.sla.narration.running import PROMPT

    return load(PROMPT).sha
