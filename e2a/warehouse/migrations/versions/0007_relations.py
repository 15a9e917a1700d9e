"""Foreign keys, to the same tenant or to reference tables only."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQL = """
alter table landing.deliveries add constraint deliveries_tenant
foreign key (tenant_id) references reference.tenants;
alter table landing.order_events add constraint order_events_tenant
foreign key (tenant_id) references reference.tenants;
alter table billing.invoices add constraint invoices_tenant
foreign key (tenant_id) references reference.tenants;
alter table billing.invoice_lines add constraint invoice_lines_invoice
foreign key (tenant_id, invoice_id) references billing.invoices on delete cascade;
alter table billing.findings add constraint findings_invoice
foreign key (tenant_id, invoice_id) references billing.invoices on delete cascade;
alter table billing.adjustments add constraint adjustments_finding
foreign key (tenant_id, finding_key) references billing.findings on delete cascade;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
