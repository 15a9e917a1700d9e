{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'billing_period', 'line_key'],
    scope='periods',
    planner={'enable_nestloop': 'off', 'enable_sort': 'off'}
) }}

select
    {{ line_columns() }}
from {{ ref('int_billing__invoice_lines') }}
