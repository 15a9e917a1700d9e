"""Corrections that name no order, by what they correct: found without reading all of history."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQL = """
create table orders.corrections (
    tenant_id text not null,
    source text not null,
    corrected_id text not null,
    correction_id text not null,
    primary key (tenant_id, source, corrected_id, correction_id)
);
comment on table orders.corrections is
'Corrections that name neither order nor parcel, by the event that they declare false.';
insert into orders.corrections
select distinct e.tenant_id, e.source, named.source_event_id, e.source_event_id
from landing.order_events as e cross join lateral unnest(e.corrects) as named (source_event_id)
where e.event_type = 'event_voided' and e.order_name is null and e.shipment_name is null;
drop index landing.order_events_nameless_voids;
grant select, insert, update, delete on orders.corrections to e2a_app;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
