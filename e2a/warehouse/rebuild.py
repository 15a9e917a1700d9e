"""When a pass must take every order: the models or the prices changed since the last full one."""

from e2a.warehouse.connection import Role, Warehouse

_BUILT = """
select exists (
    select from ops.builds where tenant_id = '*' and fingerprint = %s || (
        select coalesce(string_agg(card_version, ',' order by card_version), '')
        from reference.rate_cards
    )
)
"""

_REMEMBER = """
insert into ops.builds (tenant_id, fingerprint)
select '*', %s || coalesce(string_agg(card_version, ',' order by card_version), '')
from reference.rate_cards
on conflict (tenant_id) do update set fingerprint = excluded.fingerprint, built_at = now()
"""


def needs_everything(warehouse: Warehouse, models: str) -> bool:
    """Whether what is stored was derived by other models or rate cards than these.

    Args:
        warehouse: where to look.
        models: hash of the models and macros about to run.
    """
    with warehouse.connect(Role.APP) as connection:
        row = connection.execute(_BUILT, (models,)).fetchone()
    return not (row and row[0])


def remember(warehouse: Warehouse, models: str) -> None:
    """Note that everything stored is now derived by these models and rate cards."""
    with warehouse.connect(Role.APP) as connection:
        connection.execute(_REMEMBER, (models,))
