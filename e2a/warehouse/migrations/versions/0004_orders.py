"""Which names mean one order, and which parcels carry it."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL = """
create schema if not exists orders;

create table orders.aliases (
    tenant_id text not null,
    name text not null,
    other text not null,
    known_from timestamptz not null,
    primary key (tenant_id, name, other)
);
comment on table orders.aliases is
'Two names of one order as an event stated them; each pair is stored in both directions.';

create table orders.identifiers (
    tenant_id text not null,
    name text not null,
    order_id text not null,
    known_from timestamptz not null,
    primary key (tenant_id, name)
);
create index identifiers_by_order on orders.identifiers (tenant_id, order_id);
comment on table orders.identifiers is
'One row a name: the order it means, and since when that is known. A function of the events alone.';

create table orders.shipments (
    tenant_id text not null,
    shipment_name text not null,
    order_name text not null,
    known_from timestamptz not null,
    primary key (tenant_id, shipment_name, order_name)
);
create index shipments_by_order on orders.shipments (tenant_id, order_name);
comment on table orders.shipments is
'Parcels and the orders in them, as events stated it: a carrier names only the parcel.';
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
