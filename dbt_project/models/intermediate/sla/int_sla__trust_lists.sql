-- The distinct lists of trusted sources of each tenant's policies (C21), numbered.
select
    tenant_id,
    trusts,
    dense_rank() over (partition by tenant_id order by trusts)::integer as trust_no
from (select distinct
    tenant_id,
    trusts
from {{ source('reference', 'sla_policies') }}) as lists
