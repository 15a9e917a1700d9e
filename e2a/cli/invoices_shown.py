"""Invoices as a person reads them on a terminal."""

from decimal import Decimal
from typing import Any

from rich.markup import escape
from rich.table import Table

from e2a.billing.invoices.export.page import words
from e2a.billing.invoices.generating import Generated, InvoiceChange, LineChange
from e2a.cli.console import out

_COLOURS = {"new": "green", "changed": "yellow", "removed": "red"}


def generated(done: Generated, dry_run: bool) -> None:
    """What a pass changed, or would change: every line of it in a dry run."""
    for change in done.changes:
        _invoice_change(change)
        for line in done.lines:
            if (line.tenant_id, line.invoice_id) == (change.tenant_id, change.invoice_id):
                _line_change(line)
    verb = "would change" if dry_run else "changed"
    out.print(
        f"{len(done.changes):,} of {done.invoices:,} drafts {verb}."
        + (" Nothing was written." if dry_run else " Look: e2a invoices list")
    )


def _invoice_change(change: InvoiceChange) -> None:
    colour = _COLOURS[change.change]
    out.print(
        f"[{colour}]{change.change:<8}[/{colour}] {escape(change.invoice_id)}  "
        f"{_from_to(change.total_before, change.total_after)} {change.currency}, "
        f"{change.lines:,} lines"
    )


def _line_change(line: LineChange) -> None:
    out.print(
        f"    {line.change:<8} {escape(line.line_key)}  "
        f"{_from_to(line.quantity_before, line.quantity_after)} units, "
        f"{_from_to(line.amount_before, line.amount_after)}"
    )


def _from_to(before: Decimal | None, after: Decimal | None) -> str:
    if before is None or after is None or before == after:
        return f"{(after if after is not None else before):f}"
    return f"{before:f} -> {after:f}"


_HEAD = ("month", "tenant", "invoice", "status", "before tax", "tax", "total", "findings")
_RIGHT = {"before tax", "tax", "total"}


def several(rows: list[dict[str, Any]]) -> None:
    """A line an invoice; columns as wide as their content: an id that is cut short is none."""
    if not rows:
        out.print("There are no invoices. Make drafts: e2a invoices generate")
        return
    told = [_cells(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(_HEAD, *told, strict=True)]
    for line in (_HEAD, *told):
        cells = (
            cell.rjust(width) if name in _RIGHT else cell.ljust(width)
            for name, cell, width in zip(_HEAD, line, widths, strict=True)
        )
        out.print("  ".join(cells).rstrip(), markup=False)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    status = row["status"] if row["origin"] == "own" else f"{row['status']}, imported"
    if row["credited"]:
        status += f", credited {row['credited']:,f}"
    return (
        row["period"], row["tenant_id"], row["number"] or row["invoice_id"], status,
        f"{row['pre_tax']:,f}", f"{row['tax']:,f}", f"{row['total']:,f} {row['currency']}",
        str(row["open_findings"] or ""),
    )  # fmt: skip


def one(seen: dict[str, Any]) -> None:
    """One invoice whole."""
    name = seen["number"] or seen["invoice_id"]
    out.print(
        f"[bold]{escape(name)}[/bold]  {escape(seen['customer'])}, {seen['period']}, "
        f"{seen['status']}" + ("" if seen["origin"] == "own" else ", imported")
    )
    _lines(seen)
    for tax in seen["taxes"]:
        out.print(f"  {escape(tax['tax_code'])} {tax['percent']:f} % of {tax['base']:,f}: "
                  f"{tax['amount']:,f}")  # fmt: skip
    out.print(
        f"  before tax {seen['pre_tax']:,f}, tax {seen['tax']:,f}, "
        f"[bold]total {seen['total']:,f} {seen['currency']}[/bold]"
    )
    for note in seen["credit_notes"]:
        out.print(
            f"  credit note {escape(note['number'])}: {note['total']:,f}, "
            f"{escape(note['reason'])} ({escape(note['created_by'])})"
        )
    for finding in seen["findings"]:
        out.print(f"  [yellow]{finding['severity']}[/yellow] {escape(finding['explanation'])}")
    for move in seen["moves"]:
        reason = f": {move['reason']}" if move["reason"] else ""
        out.print(
            f"[dim]  {move['moved_at']:%Y-%m-%d %H:%M} {move['from_status'] or '-'} -> "
            f"{move['to_status']}, {escape(move['actor'])}{escape(reason)}[/dim]"
        )


def _lines(seen: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("no.", justify="right")
    table.add_column("what")
    for column in ("quantity", "price"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("tax")
    table.add_column("amount", justify="right", no_wrap=True)
    for line in seen["lines"]:
        price = line["unit_price"]
        table.add_row(
            str(line["line_number"]), escape(words(line)), f"{line['quantity']:,f}",
            "" if price is None else f"{price:,f}", escape(line["tax_code"] or ""),
            f"{line['amount']:,f}",
        )  # fmt: skip
    out.print(table)
