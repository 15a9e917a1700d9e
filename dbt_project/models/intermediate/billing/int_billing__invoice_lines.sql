-- Expected lines of the billing months in scope, over all their priced operations.
with operations as not materialized (
    select priced.*
    from {{ ref('priced_operations') }} as priced
    inner join {{ source('ops', 'touched_periods') }} as scope
        on
            scope.tenant_id = priced.tenant_id
            and scope.billing_period = priced.billing_period
),

{{ line_ctes('operations', source('ops', 'touched_periods'), ref('credited_promises')) }}

select
    {{ line_columns() }}
from lines
