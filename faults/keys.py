"""The keys with which the harness's sender signs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import product

from e2a.gateway.credentials import making
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.vault import unlock
from faults import traffic


def secrets(
    warehouse: Warehouse, tenants: Iterable[str] = traffic.TENANTS
) -> dict[tuple[str, str], str]:
    """Signing secrets for both ways in, by (path word, tenant)."""
    made: dict[tuple[str, str], str] = {}
    with warehouse.connect(Role.APP) as app:
        for word, tenant in product(("wms", "batch"), tenants):
            wanted = making.Wanted(tenant, word, "hmac")
            shown = making.create(app, unlock(warehouse.home), wanted, datetime.now(UTC))
            assert shown.secret is not None
            made[word, tenant] = shown.secret
    return made
