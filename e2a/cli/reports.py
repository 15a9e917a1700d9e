"""`e2a summary`: how the installation stands, for people and for machines."""

from typing import Any

from rich.table import Table

from e2a.cli.console import (
    AsOfOption,
    JsonOption,
    KnownAtOption,
    TenantOption,
    connected,
    instant,
    out,
    print_json,
)
from e2a.warehouse.summary import STATES, summarise

COLUMNS = ("clocks", *(state for state in STATES if state != "unassessable"))


def summary(
    tenant: TenantOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """Count orders, clocks by stage, explanations, money and findings as of an instant.

    With --known-at, clocks are judged by what had been recorded by then, and by nothing later.

    Example: e2a summary --tenant olist --as-of 2018-06-01T00:00:00Z --json
    """
    with connected() as (_, connection):
        counts = summarise(
            connection, tenant, instant(as_of), instant(known_at, option="--known-at")
        )
    if json:
        print_json(counts)
    else:
        show(counts)


def show(counts: dict[str, Any]) -> None:
    """The summary as a person likes it: tenants that have orders, then a word on the others."""
    out.print(f"\n[bold]As of {counts['as_of']}[/bold]")
    empty = [name for name, c in counts["tenants"].items() if not c["canonical_events"]]
    for name, tenant in counts["tenants"].items():
        if name not in empty:
            _show_tenant(name, tenant)
    if empty:
        out.print(f"\nNothing has arrived for {', '.join(empty)}.")


def _show_tenant(name: str, tenant: dict[str, Any]) -> None:
    out.print(
        f"\n[bold]{name}[/bold]  {tenant['orders']:,} orders, {tenant['canonical_events']:,} events"
    )
    out.print(_clocks(tenant["stages"]))
    for label, text in _facts(tenant):
        if text:
            out.print(f"[dim]{label:<12}[/dim] {text}")


def _clocks(stages: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("clock")
    for column in COLUMNS:
        table.add_column(column.replace("_", " "), justify="right")
    for stage, clocks in stages.items():
        row = [f"{clocks[column]:,}" for column in COLUMNS]
        if clocks["breached"]:
            row[2] = f"[red]{row[2]}[/red]"
        table.add_row(stage.replace("_", " "), *row)
    return table


def _facts(tenant: dict[str, Any]) -> list[tuple[str, str]]:
    operations, lines = tenant["billable_operations"], tenant["expected_invoice_lines"]
    totals = ", ".join(f"{amount} {currency}" for currency, amount in lines["totals"].items())
    findings, proposals = tenant["findings"], tenant["adjustments"]
    return [
        ("unassessable", _unassessable(tenant["stages"])),
        ("explained", f"{tenant['narratives']:,} breaches with a narrative"),
        ("reported", _words(tenant["reported_exceptions"]) or "no exceptions"),
        (
            "operations",
            f"{operations['total']:,}: {operations['billed']:,} billed, "
            f"{operations['not_billable']:,} not billable, "
            f"{operations['quarantined']:,} quarantined",
        ),
        ("expected", f"{lines['lines']:,} invoice lines, {totals or 'nothing to bill'}"),
        ("invoices", _words(tenant["invoices"]) or "none"),
        ("findings", f"{findings['total']:,}" + _bracketed(findings["by_rule"])),
        (
            "adjustments",
            f"{proposals['total']:,} proposed ({proposals['within_limits']:,} within limits, "
            f"{proposals['needs_approval']:,} need approval), {proposals['amount']} in all; "
            f"{proposals['applied']:,} applied, {proposals['waiting']:,} waiting",
        ),
        ("inbox", _words(tenant["inbox"])),
    ]


def _unassessable(stages: dict[str, Any]) -> str:
    """Clocks that nobody can judge (C10): a line if there are any, not a column of zeros."""
    counts = {stage: clocks["unassessable"] for stage, clocks in stages.items()}
    words = _words({stage: count for stage, count in counts.items() if count})
    return words and f"{words}: when they started was never recorded"


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {word.replace('_', ' ')}" for word, count in counts.items())


def _bracketed(counts: dict[str, int]) -> str:
    return f" ({_words(counts)})" if counts else ""
