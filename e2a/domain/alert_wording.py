"""What a message says to people: one sentence a breach, from its payload alone.

Instants are UTC; the explanation of a breach, where there is one, has local time. How a road
dresses the sentences belongs to `e2a.alerts.roads`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from e2a.domain.alerts import Kind
from e2a.domain.exceptions import REPORTED

MOST_LINES = 20
_REASONS = {
    "event_arrived": "it is done",
    "cancelled": "the order was cancelled",
    "retracted": "it was on time after all",
    "excused": "it was excused",
    "resolved": "it was resolved",
}
Payload = Mapping[str, Any]


def sentence(kind: Kind, payload: Payload) -> str:
    """One line about one breach."""
    what, since = _what(payload), _instant(payload.get("breached_at"))
    severity = payload["severity"]
    if kind == "cleared":
        why = _REASONS.get(str(payload.get("closed_because")), "it is over")
        return f"Cleared: {what}: {why}."
    if kind == "at_risk":
        return f"At risk: {what} is due {_instant(payload['due_at'])} and not done."
    if kind == "escalated":
        return f"{severity}, and nobody has taken it: {what}, since {since}."
    told = payload.get("note") or f"{what}, since {since}."
    late = " Detected late: nobody was watching." if payload.get("detected_late") else ""
    return f"{severity}: {_line(told)}{late}"


def subject(kinds: Sequence[tuple[Kind, Payload]]) -> str:
    """A heading for one message, whatever it carries."""
    if len(kinds) > 1:
        return f"{len(kinds)} alerts of {kinds[0][1]['tenant_id']}"
    kind, payload = kinds[0]
    words = {
        "opened": "Late",
        "escalated": "Still late",
        "at_risk": "At risk",
        "cleared": "Cleared",
    }
    return f"{words[kind]}: {_what(payload)}"


def text(kinds: Sequence[tuple[Kind, Payload]]) -> str:
    """The whole message: a line for each breach, up to `MOST_LINES`."""
    lines = [sentence(kind, payload) for kind, payload in kinds[:MOST_LINES]]
    if len(kinds) > MOST_LINES:
        lines.append(f"And {len(kinds) - MOST_LINES} more: see `e2a alerts list`.")
    return "\n".join([f"{subject(kinds)}:", *lines] if len(kinds) > 1 else lines)


def _what(payload: Payload) -> str:
    site = f" at {payload['site']}" if payload.get("site") else ""
    if payload.get("stage"):
        kind = str(payload["stage"]).replace("_", " ")
        return _line(f"{kind} of order {payload['order_id']}{site}")
    said = str(payload["promise"]).removeprefix(REPORTED).replace("_", " ")
    return _line(f"{said} reported of order {payload['order_id']}")


def _line(told: str) -> str:
    """On one line, whatever an order is called."""
    return " ".join("".join(c if c.isprintable() else " " for c in told).split())


def _instant(text: object) -> str:
    if not text:
        return "now"
    return f"{datetime.fromisoformat(str(text)).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
