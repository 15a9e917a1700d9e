"""Findings, moves and rules as a person reads them."""

from typing import Any

from rich.markup import escape

from e2a.cli.console import out

COLOURS = {"critical": "red", "error": "yellow", "warning": "cyan"}


def findings(rows: list[dict[str, Any]], count: int) -> None:
    """Three lines a finding: what it is, what it says, how it stands."""
    if not rows:
        out.print("Nothing waits for anybody.")
    for row in rows:
        colour = COLOURS[row["severity"]]
        out.print(
            f"[{colour}]{row['severity']:<8}[/{colour}] {row['rule']:<16} "
            f"{row['discrepancy']:>12} {row['currency']}  {escape(row['finding_key'])}"
        )
        out.print(f"         {escape(row['explanation'])}")
        if row["rationale_source"] == "model":
            out.print(f"         {escape(row['rationale'])} [dim](a model's words)[/dim]")
        out.print(f"[dim]         {escape(_standing(row))}[/dim]")
    if count > len(rows):
        out.print(f"{count - len(rows):,} more: --limit {count}")


def _standing(row: dict[str, Any]) -> str:
    words = {
        "accepted": "accepted within tolerance",
        "shadow": "noted by a rule in shadow",
        "closed": "no longer holds",
    }.get(row["standing"])
    if words is None:
        words = row["adjustment"] or "not proposed"
        if row["decided_by"]:
            words += f" by {row['decided_by']}"
        elif row["author"]:
            words += f", proposed by {row['author']}"
    return words + ("; blocks finalisation" if row["blocks"] else "")


def moves(rows: list[dict[str, Any]]) -> None:
    """A line a move, oldest first."""
    if not rows:
        out.print("Nothing was done about it: is the key whole?")
    for row in rows:
        events = f", events {', '.join(row['events'])}" if row["events"] else ""
        out.print(
            f"{row['at']}  {row['from_status'] or '-'} -> {row['to_status']}  {row['amount']}  "
            + escape(f"{row['by_person']}: {row['reason']} (rule {row['rule']}{events})")
        )


def rules(rows: list[dict[str, Any]]) -> None:
    """A line a rule."""
    for row in rows:
        out.print(
            f"{row['rule']:<16} {row['state']:<12} {row['findings']:>6,} findings, "
            f"{row['applied']:,} applied, {row['reversed']:,} of them reversed"
        )
