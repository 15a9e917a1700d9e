"""`e2a ai`: what models have cost today and what is left; metrics; the provider's own figures."""

from typing import Any

import typer
from rich.table import Table

from e2a.cli.console import JsonOption, connected, now, out, print_json, say

app = typer.Typer(help="What asking models costs. docs/ai.md", no_args_is_help=True)


@app.command()
def spent(json: JsonOption = False) -> None:
    """Show what is used, held and left today (UTC), by scope.

    Example: e2a ai spent
    """
    from e2a.analyst.spending import spent as told

    with connected() as (_, connection):
        scopes = told(connection)
    if json:
        print_json([_document(one) for one in scopes])
        return
    if not scopes:
        say("ai         nobody was asked today")
        return
    table = Table("scope", "tenant", "used USD", "left USD", "tokens", "left")
    table.columns[0].no_wrap = True
    for one in scopes:
        table.add_row(
            one.scope, one.tenant_id, f"{one.used_cost:.4f}", f"{one.left_cost:.4f}",
            f"{one.used_tokens:,}", f"{one.left_tokens:,}",
        )  # fmt: skip
    out.print(table)


@app.command()
def metrics() -> None:
    """Print metrics for Prometheus, as its textfile collector takes them.

    Example: e2a ai metrics > /var/lib/node_exporter/e2a_ai.prom
    """
    from e2a.analyst.metrics import figures_of, text_of

    with connected() as (_, connection):
        typer.echo(text_of(figures_of(connection)).decode(), nl=False)


@app.command()
def reconcile(json: JsonOption = False) -> None:
    """Compare what today's calls cost (UTC) with what the provider says; 1 if they differ.

    Example: e2a ai reconcile
    """
    from e2a.analyst.reconciling import reconcile as compare
    from e2a.analyst.settings import read_settings

    with connected() as (warehouse, _):
        found = compare(warehouse, read_settings(), now())
    if json:
        print_json(
            {
                "state": found.state, "detail": found.detail, "day": found.day,
                "ledger_usd": _usd(found.ledger), "provider_usd": _usd(found.provider),
                "tolerance_usd": _usd(found.tolerance), "resettled": found.resettled,
            }
        )  # fmt: skip
    else:
        say(f"ai         {found.words()}")
    raise typer.Exit(0 if found.is_well else 1)


def _usd(amount: Any) -> str | None:  # noqa: ANN401 - a Decimal or None
    return None if amount is None else str(amount)


def _document(one: Any) -> dict[str, Any]:  # noqa: ANN401 - loaded where it is needed
    return {
        "tenant_id": one.tenant_id, "day": one.day, "scope": one.scope,
        "limit_tokens": one.limit_tokens, "used_tokens": one.used_tokens,
        "held_tokens": one.held_tokens, "left_tokens": one.left_tokens,
        "overrun_tokens": one.overrun_tokens, "limit_cost_usd": str(one.limit_cost),
        "used_cost_usd": str(one.used_cost), "held_cost_usd": str(one.held_cost),
        "left_cost_usd": str(one.left_cost), "used_ratio": round(one.used_ratio, 4),
    }  # fmt: skip
