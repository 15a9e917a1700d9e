{{ config(meta={'dagster': {'ref': {'name': 'priced_operations'}}}) }}

-- No silent skip: what is billed has a price, but for units that a card gives away by pricing only
-- the first or only the additional ones.
select operations.*
from {{ ref('billable_operations') }} as operations
where
    operations.standing = 'billed'
    and not exists (
        select from {{ ref('priced_operations') }} as priced
        where
            priced.tenant_id = operations.tenant_id
            and priced.operation_key = operations.operation_key
    )
    and exists (
        select from {{ source('reference', 'charges') }} as charges
        where
            charges.tenant_id = operations.tenant_id
            and charges.card_version = operations.card_version
            and charges.operation = operations.operation
            and (charges.code is null or charges.code = operations.operation_code)
            and charges.flag is null
            and charges.model not in ('first_unit', 'additional_unit')
            and operations.quantity <> 0
    )
