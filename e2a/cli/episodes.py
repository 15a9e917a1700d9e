"""How exceptions and excusals look on a terminal; `--json` prints the rows as they are."""

from datetime import timedelta
from typing import Any

from rich.markup import escape

from e2a.cli.console import out
from e2a.domain.narrative import duration
from e2a.sla.exceptions import Excusal


def several(rows: list[dict[str, Any]], count: int) -> None:
    """The list of work, and how much of it there is."""
    if rows:
        _table(rows)
    more = f", of which {len(rows):,} are shown" if len(rows) < count else ""
    words = "exception" if count == 1 else "exceptions"
    out.print(f"{count:,} {words}{more}. Look into one: e2a exceptions show ID")


def moved(episode: dict[str, Any]) -> None:
    """What a move made of an exception."""
    status, actor = episode["status"], episode["moved_by"]
    out.print(f"{_short(episode)}: {_what(episode)} is {status} ({actor}).", markup=False)


def excusal(done: Excusal, in_effect: bool, words: str) -> None:
    """What became of an excusal, and whether it shows already."""
    later = "" if in_effect else " It takes effect with the next run: an older transaction is open."
    short = str(done.excusal_id)[:8]
    out.print(f"{done.promise} of {done.order_id} {words} (excusal {short}).{later}", markup=False)


_HEAD = ("id", "tenant", "order", "promise", "reason", "severity", "status", "who", "since")


def _table(rows: list[dict[str, Any]]) -> None:
    """Columns as wide as what stands in them: an id that is cut short is none."""
    told = [
        (
            _short(row), row["tenant_id"], row["order_id"], row["promise"], row["reason_code"],
            row["severity"], row["status"], row["assignee"] or "-", _at(row["breached_at"]),
        )
        for row in rows
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(_HEAD, *told, strict=True)]
    for line in (_HEAD, *told):
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        out.print("  ".join(cells).rstrip(), markup=False)


def one(seen: dict[str, Any]) -> None:
    """Everything about one exception."""
    episode = seen["exception"]
    out.print(f"[bold]{episode['exception_id']}[/bold]  {escape(_what(episode))}")
    _facts({k: episode[k] for k in ("severity", "status", "party", "assignee", "breached_at")})
    facts = seen["facts"] or {"facts": "the order no longer shows this promise"}
    late = facts.pop("late_seconds", None)
    _facts(facts | {"late": duration(timedelta(seconds=late)) if (late or 0) > 0 else None})
    for row in seen["moves"]:
        said = f": {row['note']}" if row["note"] else ""
        out.print(
            f"{_at(row['moved_at'])}  {row['to_status']} by {row['actor']}{said}", markup=False
        )
    for row in seen["excusals"]:
        ended = row["withdrawn_at"]
        out.print(
            f"{_at(row['excused_at'])}  excused by {row['author']}, approved by {row['approver']} "
            f"({row['reason']}), excusal {str(row['excusal_id'])[:8]}"
            + (f"; withdrawn {_at(ended)} by {row['withdrawn_by']}" if ended else ""),
            markup=False,
        )


def _facts(facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        if value is not None:
            text = _at(value) if hasattr(value, "astimezone") else str(value)
            out.print(f"[dim]{name.replace('_', ' '):<14}[/dim] {escape(text)}")


def _what(episode: dict[str, Any]) -> str:
    return f"{episode['reason_code']} {episode['promise']} of {episode['order_id']}"


def _short(episode: dict[str, Any]) -> str:
    return str(episode["exception_id"])[:8]


def _at(moment: Any) -> str:  # noqa: ANN401 - a row's value
    return f"{moment:%Y-%m-%d %H:%M}Z"
