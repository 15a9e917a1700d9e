"""What the commands, the sensor and the admin API call about rows that are held back.

    list_, count, show, due     look; they write nothing
    replay                      try again by id, by reason, or all
    retry_due, resolve_waiting  what the sensor runs: attempts that are due, tenants now known
    discard, cleanup            a person decides that rows are not needed; on record

Each takes a connection as `e2a_app` and the instant `now` where it matters, and answers plain
dataclasses. Quarantined and waiting rows are chosen by `Choice.kind`.
"""

from e2a.warehouse.held.discarding import abandoned, cleanup, discard
from e2a.warehouse.held.listing import Due, count, due, list_, show
from e2a.warehouse.held.replaying import Replayed, replay, resolve_waiting, retry_due
from e2a.warehouse.held.rows import Choice, Held, HeldId, Kind, Seen

__all__ = [
    "Choice", "Due", "Held", "HeldId", "Kind", "Replayed", "Seen", "abandoned", "cleanup", "count",
    "discard", "due", "list_", "replay", "resolve_waiting", "retry_due", "show",
]  # fmt: skip
