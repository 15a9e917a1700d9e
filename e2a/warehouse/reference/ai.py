"""What a tenant says of models as it is now; it judges nothing, so no versions of it are kept."""

from typing import Any

import psycopg

from e2a.domain.policies import Policies


def load_ai(connection: psycopg.Connection[Any], policies: Policies) -> None:
    """Make the stored switch and language of a tenant what its folder says."""
    tenant = policies.tenant
    connection.execute(_LOAD, (tenant.tenant, tenant.ai, tenant.locale))


_LOAD = """
insert into reference.ai_policies as p (tenant_id, ai, locale) values (%s, %s, %s)
on conflict (tenant_id) do update set ai = excluded.ai, locale = excluded.locale
where (p.ai, p.locale) is distinct from (excluded.ai, excluded.locale)
"""
