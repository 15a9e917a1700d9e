"""`e2a adjustments`: what the guard found on invoices, and what people decide about it."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from e2a.billing import guard
from e2a.billing.guard.listing import Filter, listed, trail
from e2a.cli import adjustment_rules
from e2a.cli.adjustments_shown import findings, moves
from e2a.cli.console import (
    ActorOption,
    JsonOption,
    TenantOption,
    connected,
    now,
    out,
    print_json,
)
from e2a.domain.findings import Rule

app = typer.Typer(
    help="Findings on invoices and their corrections: what may be adjusted, and who approves it.",
    no_args_is_help=True,
)
app.add_typer(adjustment_rules.app, name="rules")


KeyArgument = Annotated[
    str, typer.Argument(help="The finding's key, or a part of it that only one has.")
]


@app.command("list")
def list_(
    tenant: TenantOption = None,
    invoice: Annotated[str | None, typer.Option(help="Only this invoice: number or id.")] = None,
    rule: Annotated[
        Rule | None, typer.Option(case_sensitive=False, help="Only what this rule says.")
    ] = None,
    settled_too: Annotated[
        bool, typer.Option("--all", help="Also what is applied, rejected, accepted or closed.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    json: JsonOption = False,
) -> None:
    """List findings that wait for somebody, the worst first.

    Example: e2a adjustments list --tenant demo-3pl --all
    """
    with connected() as (_, connection):
        rows, count = listed(connection, Filter(tenant, invoice, rule, settled_too, limit))
    if json:
        print_json(rows)
    else:
        findings(rows, count)


@app.command("trail")
def trail_(
    tenant: Annotated[str, typer.Option(help="Whose invoice.")],
    finding: Annotated[str, typer.Argument(help="The finding's whole key.")],
    json: JsonOption = False,
) -> None:
    """Show who did what about a finding, when, why and on which events.

    Example: e2a adjustments trail --tenant demo-3pl 'billed/INV-7|duplicate|pack@1'
    """
    with connected() as (_, connection):
        rows = trail(connection, tenant, finding)
    if json:
        print_json(rows)
    else:
        moves(rows)


@app.command()
def audit(
    by: ActorOption,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Let the guard look at every open invoice now, and adjust within the limits.

    Whoever runs it is the author of what it proposes, and cannot approve it.

    Example: e2a adjustments audit --tenant demo-3pl --by ann
    """
    at = now()
    with connected() as (_, connection):
        seen = guard.validate(connection, at, tenant)
        done = guard.propose(connection, at, tenant, by)
    if json:
        print_json(
            {
                "invoices": seen.invoices, "open_findings": seen.findings,
                "within_limits": done.within_limits, "needs_approval": done.needs_approval,
                "changed": seen.changed + done.changed,
            }
        )  # fmt: skip
    else:
        out.print(
            f"Looked at {seen.invoices:,} invoices: {seen.findings:,} open findings, "
            f"{done.within_limits:,} adjusted within limits, {done.needs_approval:,} need a person."
        )


def _decider(what: Callable[..., guard.Decided]) -> Callable[..., None]:
    def decide(
        finding: KeyArgument,
        tenant: Annotated[str, typer.Option(help="Whose invoice.")],
        reason: Annotated[str, typer.Option(help="Why, in your words; it stays in the trail.")],
        by: ActorOption,
        json: JsonOption = False,
    ) -> None:
        with connected() as (_, connection):
            done = what(connection, tenant, finding, by=by, now=now(), reason=reason)
        _told(done, json)

    return decide


def _told(done: guard.Decided, json: bool) -> None:
    if json:
        said: dict[str, Any] = {
            "finding_key": done.finding_key, "status": done.status.value,
            "quarantined": done.quarantined and done.quarantined.value,
        }  # fmt: skip
        print_json(said)
        return
    out.print(f"{done.finding_key} is {done.status}.")
    if done.quarantined:
        out.print(f"Rule {done.quarantined} is quarantined: it adjusts nothing by itself now.")


for _name, _what, _help, _why in (
    ("approve", guard.approve, "Apply an adjustment that waits.", "packed once, billed twice"),
    ("reject", guard.reject, "Leave the invoice as it is.", "agreed with the customer"),
    ("reverse", guard.reverse, "Take an applied adjustment back in full.", "the rate was agreed"),
):
    _example = (
        f"Example: e2a adjustments {_name} 'billed/INV-7|duplicate|pack@1' --tenant demo-3pl "
        f"--by bob --reason '{_why}'"
    )
    app.command(_name, help=f"{_help}\n\n{_example}")(_decider(_what))
