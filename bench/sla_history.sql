-- Orders %(first)s to %(last)s of tenant `bench` with their events, as if a warehouse had sent them:
-- 8,000 orders a working day of site NYC1, rows in order of their record. Everything is drawn by
-- hashes of the order's number, so that every run and every size has the same orders.
--
-- Of 100 orders 2 leave in two parcels, 2 are cancelled, 5 are held once, 1 has a scan that is voided
-- (half of them a pick, half a delivery whose correction names only the event), 1 is shipped twice
-- under two ids. Independently, 10 have one event that is recorded hours later. Cancelled orders have
-- 3 or 5 events, all others 8.
with days as (
    select
        local_date,
        row_number() over (order by local_date) - 1 as day
    from (
        select distinct (windows.starts_at at time zone calendars.zone)::date as local_date
        from reference.business_intervals as windows
        inner join reference.calendars as calendars using (tenant_id, calendar_version)
        where windows.tenant_id = 'bench' and calendars.calendar = 'weekdays'
    ) as open_days
    where local_date >= '2025-01-06'
),

drawn as materialized (
    select
        n,
        (local_date + time '08:00') at time zone 'America/New_York' as opens_at,
        hashint8extended(n, 0) & 255 as bits,
        (hashint8extended(n, 1) & 65535) / 65536::float8 as kind_share,
        (hashint8extended(n, 2) & 65535) / 65536::float8 as late_share,
        (hashint8extended(n, 3) & 65535) / 65536::float8 as arriving,
        (hashint8extended(n, 4) & 65535) / 65536::float8 as picking,
        (hashint8extended(n, 5) & 65535) / 65536::float8 as packing,
        (hashint8extended(n, 6) & 65535) / 65536::float8 as shipping,
        (hashint8extended(n, 7) & 65535) / 65536::float8 as delivering,
        (hashint8extended(n, 8) & 65535) / 65536::float8 as holding
    from generate_series(%(first)s::bigint, %(last)s::bigint) as n
    inner join days on days.day = (n - 1) / 8000
),

placed as materialized (
    select
        *,
        case
            when kind_share < 0.02 then 'split'
            when kind_share < 0.04 then 'cancelled'
            when kind_share < 0.09 then 'held'
            when kind_share < 0.095 then 'voided pick'
            when kind_share < 0.10 then 'voided scan'
            when kind_share < 0.11 then 'doubled'
            else 'plain'
        end as kind,
        case when late_share < 0.10 then (array['2', '3', '4', '6'])[1 + (bits & 3)] end as late,
        opens_at + trunc(7200 - arriving * 64800) * interval '1 second' as placed_at,
        1 + (bits & 1) as first_quantity,
        case when kind_share < 0.02 or bits & 6 = 0 then 1 + (bits >> 3 & 1) else 0 end
            as second_quantity
    from drawn
),

paid as materialized (
    select
        *,
        placed_at + trunc(60 + picking * 540) * interval '1 second' as paid_at,
        kind = 'held' and bits & 16 = 0 as is_held_early,
        case when kind = 'held' then trunc(1800 + holding * 21600) else 0 end as hold_seconds
    from placed
),

picked as materialized (
    select
        *,
        greatest(
            opens_at,
            paid_at + case when is_held_early then 300 + hold_seconds else 0 end * interval '1 second'
        ) + trunc(600 + picking * 12000 + case when packing > 0.95 then 7200 else 0 end)
        * interval '1 second' as picked_at
    from paid
),

packed as materialized (
    select
        *,
        picked_at
        + trunc(900 + packing * 6600 + case when picking > 0.95 then 9000 else 0 end)
        * interval '1 second' as packed_at
    from picked
),

shipped as materialized (
    select
        *,
        case when is_held_early then paid_at else packed_at end + 300 * interval '1 second' as held_at,
        greatest(
            opens_at + interval '8 hours 30 minutes',
            packed_at + (600 + case when is_held_early then 0 else hold_seconds end)
            * interval '1 second'
        ) + trunc(shipping * 2400 + case when shipping > 0.96 then 64800 else 0 end)
        * interval '1 second' as shipped_at
    from packed
),

orders as (
    select
        *,
        shipped_at + trunc(144000 + delivering * 144000) * interval '1 second' as delivered_at,
        jsonb_build_object('line', 'L1', 'sku', 'SKU-' || bits, 'quantity', first_quantity) as line_1,
        jsonb_build_object('line', 'L2', 'sku', 'SKU-' || bits + 256, 'quantity', second_quantity)
            as line_2
    from shipped
),

stated as materialized (
    select
        *,
        case
            when second_quantity > 0 then jsonb_build_array(line_1, line_2)
            else jsonb_build_array(line_1)
        end as lines
    from orders
),

-- Place, type, instant, which orders have it, seconds until it is recorded.
happened as (
    select
        stated.*,
        event.*,
        event.occurred_at + case
            when event.place = stated.late then trunc(3600 + stated.late_share * 1080000)
            else event.delay + (hashint8extended(stated.n, ascii(event.place)) & 63)
        end * interval '1 second' as recorded_at
    from stated
    cross join lateral (
        values
        ('1', 'order_created', placed_at, true, 5),
        ('2', 'order_paid', paid_at, true, 5),
        ('3', 'pick_completed', picked_at, kind <> 'cancelled' or bits & 8 = 0, 5),
        ('4', 'pack_completed', packed_at, kind <> 'cancelled' or bits & 8 = 0, 5),
        ('5', 'label_purchased', packed_at + interval '1 minute', kind = 'plain', 5),
        ('6', 'shipped', shipped_at, kind <> 'cancelled', 5),
        ('7', 'carrier_scan', shipped_at + interval '5 hours', kind in ('plain', 'doubled'), 600),
        ('8', 'delivered', delivered_at, kind <> 'cancelled', 600),
        ('b', 'shipped', shipped_at + interval '20 hours', kind = 'split', 5),
        ('c', 'delivered', delivered_at + interval '22 hours', kind = 'split', 600),
        ('d', 'shipped', shipped_at - interval '5 minutes', kind = 'doubled', 7200),
        ('p', 'pick_completed', picked_at - interval '5 minutes', kind = 'voided pick', 5),
        ('q', 'event_voided', picked_at - interval '2 minutes', kind = 'voided pick', 5),
        ('s', 'delivered', delivered_at - interval '10 hours', kind = 'voided scan', 600),
        ('t', 'event_voided', delivered_at - interval '8 hours', kind = 'voided scan', 600),
        ('h', 'hold_placed', held_at, kind = 'held', 5),
        ('r', 'hold_released', held_at + hold_seconds * interval '1 second', kind = 'held', 5),
        (
            'x', 'order_cancelled',
            case when bits & 8 = 0 then packed_at else paid_at end + interval '3 minutes',
            kind = 'cancelled', 5
        )
    ) as event (place, event_type, occurred_at, happens, delay)
    where event.happens
),

landed as (
    insert into landing.order_events (
        tenant_id, source, source_event_id, event_type, order_name, shipment_name, site, units,
        lines, promised_at, hold_id, corrects, charge_amount, charge_currency, status, reason,
        occurred_at, recorded_at, payload_hash, parser_version, inbox_seq
    )
    select
        'bench',
        case when place in ('7', '8', 'c', 's', 't') then 'carrier' else 'wms' end,
        'B-' || n || '-' || place,
        event_type,
        case when place not in ('7', '8', 'c', 's', 't') then 'wms:B-' || n end,
        case
            when place in ('b', 'c') then 'tracking:B-' || n || '-2'
            when place in ('5', '6', '7', '8', 'd', 's') then 'tracking:B-' || n
        end,
        case when place not in ('7', '8', 'c', 's', 't') then 'NYC1' end,
        case when place in ('1', '3', '4', 'p') then first_quantity + second_quantity end,
        case
            when place = '6' and kind = 'split' then jsonb_build_array(line_1)
            when place = 'b' then jsonb_build_array(line_2)
            when place in ('1', '3', '4', '6', 'd', 'p') then lines
            else '[]'
        end,
        case when place = '1' then placed_at + interval '100 hours' end,
        case when place in ('h', 'r') then 'H-' || n end,
        case place
            when 'q' then array['B-' || n || '-p']
            when 't' then array['B-' || n || '-s']
            else '{}'
        end,
        case when place = '5' then 5.40 end,
        case when place = '5' then 'USD' end,
        case when place = '7' then 'in_transit' end,
        case
            when place = 'h' then case when bits & 96 = 0 then 'weather' else 'incorrect_address' end
        end,
        occurred_at,
        recorded_at,
        '\x00',
        'bench',
        0
    from happened
    order by recorded_at
    returning
        tenant_id, order_name, shipment_name, recorded_at, source, source_event_id, event_type,
        corrects
),

corrections as (
    insert into orders.corrections (tenant_id, source, corrected_id, correction_id)
    select
        tenant_id,
        source,
        corrects[1],
        source_event_id
    from landed
    where event_type = 'event_voided' and order_name is null
),

named as (
    insert into orders.identifiers (tenant_id, name, order_id, known_from)
    select distinct
        tenant_id,
        order_name,
        order_name,
        '-infinity'::timestamptz
    from landed
    where order_name is not null
)

insert into orders.shipments (tenant_id, shipment_name, order_name, known_from)
select
    tenant_id,
    shipment_name,
    order_name,
    min(recorded_at)
from landed
where order_name is not null and shipment_name is not null
group by tenant_id, shipment_name, order_name
