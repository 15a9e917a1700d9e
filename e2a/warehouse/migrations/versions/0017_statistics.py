"""Writers of the sla and billing schemas may have their tables counted too."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL = """
create or replace function ops.count_again(relation regclass, changed bigint) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if relation::text !~ '^(landing|orders|ops|sla|billing)[.]' then
        raise exception 'ops.count_again is for landing, orders, ops, sla and billing, not %', relation;
    end if;
    if changed > 0.1 * greatest((select reltuples from pg_class where oid = relation), 0) then
        execute format('analyze %s', relation);
    end if;
end $$;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
