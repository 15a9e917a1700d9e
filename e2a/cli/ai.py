"""`e2a ai`: what models have cost today and what is left; metrics."""

from typing import Any

import typer
from rich.table import Table

from e2a.cli.console import JsonOption, connected, out, print_json, say

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
    from prometheus_client import CollectorRegistry, generate_latest

    from e2a.analyst.metrics import LedgerCollector

    with connected() as (_, connection):
        registry = CollectorRegistry()
        registry.register(LedgerCollector(connection))
        typer.echo(generate_latest(registry).decode(), nl=False)


def _document(one: Any) -> dict[str, Any]:  # noqa: ANN401 - loaded where it is needed
    return {
        "tenant_id": one.tenant_id, "day": one.day, "scope": one.scope,
        "limit_tokens": one.limit_tokens, "used_tokens": one.used_tokens,
        "held_tokens": one.held_tokens, "left_tokens": one.left_tokens,
        "overrun_tokens": one.overrun_tokens, "limit_cost_usd": str(one.limit_cost),
        "used_cost_usd": str(one.used_cost), "held_cost_usd": str(one.held_cost),
        "left_cost_usd": str(one.left_cost), "used_ratio": round(one.used_ratio, 4),
    }  # fmt: skip
