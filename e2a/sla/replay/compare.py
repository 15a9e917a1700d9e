"""Two tenants of one database, clock by clock: which verdicts differ, and in which direction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from e2a.warehouse.as_of import ask

EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class OnTime:
    """How many clocks of a stage ended how, excused breaches removed (C15)."""

    met: int
    breached: int

    @property
    def ratio(self) -> Decimal | None:
        """Unrounded; None where nothing is decided."""
        decided = self.met + self.breached
        return Decimal(self.met) / decided if decided else None


@dataclass(slots=True)
class StageChange:
    """What differs in one stage."""

    was: OnTime
    now: OnTime
    flips: dict[str, int] = field(default_factory=dict)
    """By direction, such as `met -> breached`; `none` is a clock that is not there."""
    due_moved: int = 0
    """Clocks whose state is the same but whose deadline is not."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences as of an instant."""

    stages: Mapping[str, StageChange]
    examples: list[dict[str, Any]]

    @property
    def flips(self) -> int:
        """Clocks whose state differs."""
        return sum(sum(stage.flips.values()) for stage in self.stages.values())


def compare(
    connection: psycopg.Connection[Any],
    was: str,
    now: str,
    since: datetime,
    as_of: datetime,
) -> Comparison:
    """Compare the clocks of two tenants that started in [since, as_of]."""
    names = {"was": was, "now": now, "since": since, "until": as_of}
    with connection.transaction():
        ask(connection, as_of)
        connection.execute(_PAIRS, names)
        stages = {
            stage: StageChange(OnTime(met_was, breached_was), OnTime(met_now, breached_now))
            for stage, met_was, breached_was, met_now, breached_now in connection.execute(_ON_TIME)
        }
        for stage, state_was, state_now, clocks in connection.execute(_FLIPS):
            if state_was == state_now:
                stages[stage].due_moved += clocks
            else:
                stages[stage].flips[f"{state_was} -> {state_now}"] = clocks
        cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
        return Comparison(stages, cursor.execute(_EXAMPLES, (EXAMPLES,)).fetchall())


_PAIRS = """
create temp table pairs on commit drop as
select
    order_id, stage, instance,
    coalesce(w.state, 'none') as state_was, coalesce(n.state, 'none') as state_now,
    w.due_at as due_was, n.due_at as due_now,
    coalesce(w.excused, false) as excused_was, coalesce(n.excused, false) as excused_now,
    w.state is distinct from n.state as is_flip
from (
    select * from sla.clock_states
    where tenant_id = %(was)s and started_at between %(since)s and %(until)s
) as w
full join (
    select * from sla.clock_states
    where tenant_id = %(now)s and started_at between %(since)s and %(until)s
) as n using (order_id, stage, instance)
"""

_ON_TIME = """
select
    stage,
    count(*) filter (where state_was = 'met'),
    count(*) filter (where state_was = 'breached' and not excused_was),
    count(*) filter (where state_now = 'met'),
    count(*) filter (where state_now = 'breached' and not excused_now)
from pairs group by stage order by stage
"""

_FLIPS = """
select stage, state_was, state_now, count(*) from pairs
where is_flip or due_was is distinct from due_now
group by stage, state_was, state_now order by stage, state_was, state_now
"""

_EXAMPLES = """
select order_id, stage, instance, state_was, state_now, due_was, due_now from pairs
where is_flip or due_was is distinct from due_now
order by not is_flip, order_id, stage, instance limit %s
"""
