"""`e2a dlq`: rows that are held back, seen, tried again or discarded."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import psycopg
import typer

from e2a.cli import held
from e2a.cli.console import JsonOption, TenantOption, connected, me, now, out, print_json, say
from e2a.domain.deliveries import Source
from e2a.domain.errors import BadInputError
from e2a.warehouse.held import dead_letters
from e2a.warehouse.held.dead_letters import Choice, HeldId, Kind
from e2a.warehouse.held.replaying import BATCH

app = typer.Typer(
    help="What is held back: dead letters, and with --quarantine or --waiting the others.",
    no_args_is_help=True,
)

QuarantineOption = Annotated[bool, typer.Option("--quarantine", help="Quarantined rows instead.")]
WaitingOption = Annotated[bool, typer.Option("--waiting", help="Rows that wait for their tenant.")]
_HELD_FOR = "Only what is held for this: an error class or reason."
ReasonOption = Annotated[str | None, typer.Option("--reason", "--for", help=_HELD_FOR)]
ForOption = Annotated[str | None, typer.Option("--for", help=_HELD_FOR)]
SourceOption = Annotated[Source | None, typer.Option(help="Only this road.")]
IdsArgument = Annotated[list[str] | None, typer.Argument(help="Ids, such as demo-3pl/42.")]
AllOption = Annotated[bool, typer.Option("--all", help="All of them: neither ids nor a reason.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides; it is on record.")]
CleanerOption = Annotated[
    str, typer.Option("--by", default_factory=me, help="Who; default: E2A_ACTOR, or the login.")
]


@app.command("list")
def list_(
    quarantine: QuarantineOption = False,
    waiting: WaitingOption = False,
    held_for: ReasonOption = None,
    tenant: TenantOption = None,
    source: SourceOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    after: Annotated[int, typer.Option(help="Go on behind this number of an id.")] = 0,
    json: JsonOption = False,
) -> None:
    """List what is held back, in the order in which it arrived.

    Example: e2a dlq list --quarantine --tenant demo-3pl
    """
    choice = _choice(quarantine, waiting, held_for, tenant, source)
    with connected() as (_, connection):
        found = dead_letters.list_(connection, choice, limit=limit, after=after)
        reasons = dead_letters.count(connection, choice)
        beside = {} if reasons else _beside(connection, choice)
    if json:
        told = {
            "count": sum(reasons.values()),
            "reasons": reasons,
            "held_otherwise": {str(k): n for k, n in beside.items()},
        }
        print_json({**told, "rows": held.rows(found)})
    else:
        held.several(found, reasons, beside)


@app.command()
def show(
    held_id: Annotated[str, typer.Argument(help="An id, such as demo-3pl/42.")],
    json: JsonOption = False,
) -> None:
    """Show one row: why it is held back, its headers, its raw body, what was decided about it.

    Example: e2a dlq show demo-3pl/42
    """
    with connected() as (_, connection):
        seen = dead_letters.show(connection, HeldId.parse(held_id))
    if json:
        print_json(held.whole(seen))
    else:
        held.one(seen)


@app.command()
def replay(
    ids: IdsArgument = None,
    quarantine: QuarantineOption = False,
    waiting: WaitingOption = False,
    held_for: ReasonOption = None,
    everything: AllOption = False,
    tenant: TenantOption = None,
    source: SourceOption = None,
    batch_size: Annotated[int, typer.Option(min=1, max=10_000, help="Rows a commit.")] = BATCH,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Try rows again, with today's parsers and policies; what they say counts as known from now.

    Example: e2a dlq replay --quarantine --reason unknown_type --dry-run
    """
    from e2a.sources.readers import READERS  # the parsers are slow to import

    choice = _meant(ids, everything, _choice(quarantine, waiting, held_for, tenant, source))
    with connected() as (_, connection):
        reasons = _all_held(choice, dead_letters.count(connection, choice))
        connection.rollback()
        if dry_run:
            _would("replay", reasons, json)
            return
        total = sum(reasons.values())
        done = dead_letters.replay(
            connection, READERS, choice, now(), batch_size=batch_size,
            progress=lambda rows: say(f"replayed   {rows:,} of {total:,} rows"),
        )  # fmt: skip
    if json:
        print_json({**held.counts(done), "still_held": done.rows - done.settled})
    else:
        held.replayed(done)


@app.command()
def discard(
    reason: Annotated[str, typer.Option("--reason", help="Why they are not needed.")],
    by: ByOption,
    ids: IdsArgument = None,
    quarantine: QuarantineOption = False,
    waiting: WaitingOption = False,
    held_for: ForOption = None,
    everything: AllOption = False,
    tenant: TenantOption = None,
    source: SourceOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Decide that rows are not needed. It is on record, and the raw body stays.

    Example: e2a dlq discard demo-3pl/42 --reason "test traffic" --by ana
    """
    choice = _meant(ids, everything, _choice(quarantine, waiting, held_for, tenant, source))
    with connected() as (_, connection):
        reasons = _all_held(choice, dead_letters.count(connection, choice))
        connection.rollback()
        if dry_run:
            _would("discard", reasons, json)
            return
        rows = dead_letters.discard(connection, choice, reason=reason, by=by, now=now())
    _done(rows, json)


@app.command()
def cleanup(
    by: CleanerOption,
    older_than: Annotated[str, typer.Option(help="Received longer ago, such as 30d or 12h.")],
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Discard dead letters that have FAILED and are old, so that their days can be retired.

    Example: e2a dlq cleanup --older-than 30d --dry-run
    """
    age = _age(older_than)
    with connected() as (_, connection):
        if dry_run:
            abandoned = dead_letters.abandoned(age, now())
            _would("discard", dead_letters.count(connection, abandoned), json)
            return
        rows = dead_letters.cleanup(connection, age, by=by, now=now())
    _done(rows, json)


def _choice(
    quarantine: bool,
    waiting: bool,
    held_for: str | None,
    tenant: str | None,
    source: Source | None,
) -> Choice:
    if quarantine and waiting:
        raise BadInputError("--quarantine and --waiting are two lists", "Give one of them")
    kinds = {quarantine: Kind.QUARANTINED, waiting: Kind.WAITING}
    return Choice(kinds.get(True, Kind.DEAD_LETTER), (), held_for, tenant, source)


def _beside(connection: psycopg.Connection[Any], choice: Choice) -> dict[Kind, int]:
    """Rows of the same tenant and road that are held back otherwise; only lists that have any."""
    found = {
        kind: sum(dead_letters.count(connection, replace(choice, kind=kind, reason=None)).values())
        for kind in Kind
        if kind is not choice.kind
    }
    return {kind: rows for kind, rows in found.items() if rows}


def _meant(ids: list[str] | None, everything: bool, choice: Choice) -> Choice:
    """The rows of a command that writes: never all of them by accident."""
    if ids:
        return replace(choice, kind=None, ids=tuple(HeldId.parse(text) for text in ids))
    if not (everything or choice.reason):
        raise BadInputError("Which rows?", "Give ids, a reason (--for), or --all")
    return choice


def _all_held(choice: Choice, reasons: dict[str, int]) -> dict[str, int]:
    """The same counts, if every row that was named is held back."""
    missing = len(set(choice.ids)) - sum(reasons.values())
    if choice.ids and missing:
        raise BadInputError(
            f"{missing:,} of {len(set(choice.ids)):,} rows are not held back", "See `e2a dlq list`"
        )
    return reasons


def _age(text: str) -> timedelta:
    units = {"d": 86_400, "h": 3_600, "m": 60}
    number = text[:-1]
    if text[-1:] not in units or not (number.isascii() and number.isdigit() and len(number) < 6):
        raise BadInputError(f"--older-than {text!r} is no age", "Write it as 30d, 12h or 90m")
    return timedelta(seconds=int(number) * units[text[-1]])


def _would(verb: str, reasons: dict[str, int], json: bool) -> None:
    if json:
        print_json({"dry_run": True, "rows": sum(reasons.values()), "reasons": reasons})
        return
    told: list[Any] = [f"{rows:,} for {reason or 'no reason'}" for reason, rows in reasons.items()]
    more = f": {', '.join(told)}" if told else ""
    out.print(f"Would {verb} {sum(reasons.values()):,} rows{more}.", markup=False)


def _done(rows: int, json: bool) -> None:
    if json:
        print_json({"discarded": rows})
    else:
        out.print(f"Discarded {rows:,} rows; their raw bodies stay. On record: `e2a dlq show ID`.")
