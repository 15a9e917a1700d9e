{#
  The columns of a landed event as the models call them. All roads land in one vocabulary, so all
  staging views have one column list, said here.
#}
{% macro staged_events(events) -%}
select
    tenant_id,
    source,
    source_event_id,
    event_type,
    order_name,
    shipment_name,
    site,
    service_level,
    channel,
    destination_country,
    destination_zone,
    units,
    lines,
    promised_at,
    ship_by,
    hold_id,
    corrects,
    charge_code,
    charge_amount,
    charge_currency,
    code,
    status as scan_status,
    reason,
    party,
    quantity,
    flags,
    attributes,
    occurred_at,
    recorded_at,
    inbox_seq
from {{ events }}
{%- endmacro %}


{# The landed events of every source, as one relation; not materialised, so that indexes are used. #}
{% macro landed_events() -%}
    select * from {{ ref('stg_wms__events') }}
    union all
    select * from {{ ref('stg_shopify__events') }}
    union all
    select * from {{ ref('stg_carrier__events') }}
    union all
    select * from {{ ref('stg_file__events') }}
{%- endmacro %}
