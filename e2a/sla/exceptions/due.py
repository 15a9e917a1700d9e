"""What is due for each promise as of an instant: facts against episodes, as SQL.

Fills the temporary table `due` with one verb a promise (open, reopen, close, follow), for all
promises, for one, or for the orders that a step may have moved. What is done about it belongs to
`syncing`.
"""

from typing import LiteralString

from e2a.sla.moved import of_moved
from e2a.warehouse.temporary import temporary

TEMPORARY = temporary(
    "due",
    """
    tenant_id text, order_id text, promise text, stage text, instance integer, party text,
    breached_at timestamptz, because text, verb text
    """,
)

AS_OF: LiteralString = "current_setting('e2a.as_of')::timestamptz"

# What the last two conditions say is part of being breached (C5); they spare most clocks the rest.
_SEEN: LiteralString = f"""
select
    tenant_id, order_id, stage || '#' || instance as promise, stage, instance, party,
    due_at as breached_at, null::timestamptz as repeated_at,
    case
        when excused then 'excused'
        when completed_at <= as_of then 'event_arrived'
        when cancelled_at <= as_of then 'cancelled'
    end as because
from sla.clock_states
where state = 'breached' and due_at < {AS_OF} and (completed_at > due_at) is not false
union all
select
    tenant_id, order_id, 'reported:' || reason_code, null, null, null, first_occurred_at,
    case when last_occurred_at <= {AS_OF} then last_occurred_at end, null
from sla.reported_exceptions where first_occurred_at <= {AS_OF}
"""


def _due(seen: LiteralString, episodes: LiteralString) -> LiteralString:
    return f"""
with seen as ({seen}), episodes as ({episodes})
insert into due
select
    coalesce(s.tenant_id, e.tenant_id), coalesce(s.order_id, e.order_id),
    coalesce(s.promise, e.promise), s.stage, s.instance, s.party, s.breached_at,
    case when s.tenant_id is null then 'retracted' else s.because end,
    case
        when e.tenant_id is null then 'open'
        when e.status = 'CLOSED' then 'reopen'
        when s.tenant_id is null or s.because is not null then 'close'
        else 'follow'
    end
from seen as s
full join episodes as e
    on e.tenant_id = s.tenant_id and e.order_id = s.order_id and e.promise = s.promise
where
    case
        when e.tenant_id is null then s.because is distinct from 'excused'
        when e.judged_at > {AS_OF} then false
        when e.status = 'CLOSED'
            then s.tenant_id is not null and s.because is null
                and (e.closed_because <> 'resolved' or s.repeated_at > e.closed_at)
        else
            s.tenant_id is null or s.because is not null
            or (s.breached_at, s.party) is distinct from (e.breached_at, e.party)
    end
"""


def _where(scope: LiteralString) -> LiteralString:
    return _due(
        f"select * from ({_SEEN}) as facts where {scope}",
        f"select * from sla.exceptions where {scope}",
    )


DUE_ALL = _where("true")
DUE_ONE = _where("tenant_id = %(tenant)s and order_id = %(order)s and promise = %(promise)s")
DUE_MOVED = _due(of_moved(f"({_SEEN})"), of_moved("sla.exceptions"))
