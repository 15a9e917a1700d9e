"""How held rows look on a terminal, and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.markup import escape

from e2a.cli.console import out
from e2a.warehouse.held.dead_letters import Held, Kind, Replayed, Seen

_HEAD = ("id", "road", "received", "status", "attempts", "next attempt", "held for")
_OPTIONS = {Kind.DEAD_LETTER: "", Kind.QUARANTINED: " --quarantine", Kind.WAITING: " --waiting"}


def rows(found: Sequence[Held]) -> list[dict[str, Any]]:
    """Rows for machines."""
    return [{"id": str(held.id), **asdict(held)} for held in found]


def whole(seen: Seen) -> dict[str, Any]:
    """One row for machines; a body that is no text is shown as far as it is."""
    return {
        **rows([seen.held])[0],
        "headers": dict(seen.headers),
        "body": seen.body.decode(errors="replace"),
        "problems": list(seen.problems),
        "discards": list(seen.discards),
    }


def counts(done: Replayed) -> dict[str, int]:
    """What a replay did, for machines."""
    return asdict(done)


def several(found: Sequence[Held], reasons: dict[str, int], beside: dict[Kind, int]) -> None:
    """A table, and how many there are for which reason; or, if none, what the other lists have."""
    told = [_HEAD, *(_cells(held) for held in found)]
    widths = [max(map(len, column)) for column in zip(*told, strict=True)]
    for line in told if found else ():
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        out.print("  ".join(cells).rstrip(), markup=False)
    count = sum(reasons.values())
    said = ", ".join(f"{rows:,} for {reason or 'no reason'}" for reason, rows in reasons.items())
    out.print(
        f"{count:,} rows: {said}. Look into one: e2a dlq show ID" if count else "Nothing.",
        markup=False,
    )
    for kind, rows in beside.items():
        out.print(f"{rows:,} rows are held otherwise: e2a dlq list{_OPTIONS[kind]}", markup=False)


def one(seen: Seen) -> None:
    """Everything about one row."""
    held = seen.held
    out.print(f"[bold]{escape(str(held.id))}[/bold]  {escape(str(held.delivery_id))}")
    facts = {
        "road": held.source,
        "received": _at(held.received_at),
        "status": held.status,
        "held for": held.reason,
        "cause": held.detail,
        "attempts": held.attempts or None,
        "next attempt": _at(held.next_attempt_at),
        "facts standing": held.events or None,
    }
    for name, value in facts.items():
        if value is not None:
            out.print(f"[dim]{name:<14}[/dim] {escape(str(value))}")
    for problem in seen.problems:
        out.print(f"{problem['reason']}: {problem['detail']}", markup=False)
    for decided in seen.discards:
        out.print(
            f"{_at(decided['discarded_at'])}  discarded by {decided['discarded_by']}: "
            f"{decided['reason']} (it was held for {decided['held_for']})",
            markup=False,
        )
    for name, value in seen.headers.items():
        out.print(f"{name}: {value}", markup=False)
    out.print(seen.body.decode(errors="replace"), markup=False)


def replayed(done: Replayed) -> None:
    """What a replay did."""
    forgotten = f" {done.forgotten:,} belong to forgotten orders." if done.forgotten else ""
    out.print(
        f"Replayed {done.rows:,} rows: {done.settled:,} are settled, "
        f"{done.rows - done.settled:,} still held back; {done.events:,} events.{forgotten}"
        + (" They show after the next run: e2a run" if done.events else "")
    )


def _cells(held: Held) -> tuple[str, ...]:
    return (
        str(held.id), held.source, _at(held.received_at) or "", held.status,
        str(held.attempts or "-"), _at(held.next_attempt_at) or "-", held.reason or "-",
    )  # fmt: skip


def _at(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else None
