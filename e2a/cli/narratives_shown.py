"""How explanations look on a terminal; `--json` prints the rows as they are."""

from typing import Any

from rich.markup import escape
from rich.table import Table

from e2a.cli.console import out, print_json

COLOURS = {"approved": "green", "draft": "yellow", "rejected": "red"}


def several(rows: list[dict[str, Any]], count: int) -> None:
    """Two lines an explanation: which, and what operations read."""
    for row in rows:
        status = row["client_note_status"]
        out.print(
            f"{row['exception_id'][:8]}  {escape(row['order_id'])} {row['stage']}"
            f"#{row['instance']}  {row['label']}  {_writer(row)}  "
            f"[{COLOURS[status]}]{status}[/{COLOURS[status]}]"
        )
        out.print(f"          [dim]{escape(row['ops_note'])}[/dim]")
    more = f", of which {len(rows):,} are shown" if len(rows) < count else ""
    words = "explanation" if count == 1 else "explanations"
    out.print(f"{count:,} {words}{more}. Look into one: e2a narratives show ID")


def one(found: dict[str, Any]) -> None:
    """Everything about one explanation."""
    row, model = found["narrative"], found["model"]
    out.print(f"[bold]{row['exception_id']}[/bold]  {escape(row['order_id'])} {row['label']}")
    _lines(
        {
            "written by": _writer(row),
            "confidence": _confidence(row),
            "for operations": row["ops_note"],
            "for the customer": f"({row['client_note_status']}) {row['client_note']}",
            "why": row["reasoning"],
            "on evidence": ", ".join(row["evidence"]) or None,
            "as it wrote": model and model["client_slots"],
            "prompt": row["prompt"] and f"{row['prompt']} ({row['prompt_sha'][:12]})",
            "language": row["locale"],
        }
    )
    for decision in found["decisions"]:
        _decision(decision)
    if row["client_note_status"] == "draft":
        out.print(
            f"Decide: e2a narratives approve {row['exception_id'][:8]} --seen {row['seen']} "
            "--reason ... (or edit, reject)"
        )


def decided(done: dict[str, Any], *, json: bool) -> None:
    """What became of a note."""
    if json:
        print_json(done)
        return
    words = {"approved": "may be sent", "edited": "may be sent as edited"}
    out.print(
        f"{done['exception_id'][:8]}: the note about {escape(done['order_id'])} "
        f"{words.get(done['decided'], 'may not be sent')} ({escape(done['by_person'])})."
    )
    if done["overridden"]:
        out.print(f"[yellow]It stands against: {', '.join(done['overridden'])}[/yellow]")


def acceptance(rows: list[dict[str, Any]]) -> None:
    """A line a kind of message and writer."""
    if not rows:
        out.print("Nothing has been explained yet.")
        return
    columns = ("message", "written by", "as is", "edited", "rejected", "drafts", "edit distance")
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            row["label"], row["source"], _count(row, "as_is"), _count(row, "edited"),
            _count(row, "rejected"), f"{row['drafts']:,}",
            "" if row["edit_distance"] is None else f"{row['edit_distance']:.2f}",
        )  # fmt: skip
    out.print(table)


def _count(row: dict[str, Any], word: str) -> str:
    share = row[f"{word}_share"]
    return f"{row[word]:,}" + (f" ({share:.0%})" if share is not None else "")


def _writer(row: dict[str, Any]) -> str:
    if row["source"] == "model":
        return f"model {row['narrator']}"
    return f"rules ({row['fallback_reason']})"


def _confidence(row: dict[str, Any]) -> str:
    said = row["model_confidence"]
    return f"{row['confidence']:.2f}" + (f", of itself {said:.2f}" if said is not None else "")


def _decision(row: dict[str, Any]) -> None:
    out.print(
        f"{row['decided_at']:%Y-%m-%d %H:%M}Z  {row['decided']} by {row['by_person']}: "
        f"{row['reason']}" + (f" -> {row['client_note']}" if row["decided"] == "edited" else ""),
        markup=False,
    )


def _lines(facts: dict[str, str | None]) -> None:
    for name, text in facts.items():
        if text:
            out.print(f"[dim]{name:<17}[/dim] {escape(text)}")
