-- Problems that people, shops and carriers name, in one vocabulary; deadlines are judged elsewhere.
-- A failed delivery attempt means that nobody was there to receive the parcel.
with problems as (
    select
        tenant_id,
        order_id,
        source,
        source_event_id,
        occurred_at,
        recorded_at,
        case
            when event_type = 'exception_reported' then lower(reason)
            when scan_status = 'attempt_failed' then 'customer_unavailable'
            when reason = 'damaged' then 'damaged_package'
            else 'carrier_issue'
        end as reason_code
    from {{ ref('int_orders__valid_events') }}
    where
        known_until = 'infinity'
        and (
            event_type = 'exception_reported'
            or (event_type = 'carrier_scan' and scan_status in ('attempt_failed', 'exception'))
        )
)

select
    tenant_id,
    order_id,
    reason_code,
    min(occurred_at) as first_occurred_at,
    max(occurred_at) as last_occurred_at,
    min(recorded_at) as first_recorded_at,
    count(*) as reports
from problems
group by tenant_id, order_id, reason_code
