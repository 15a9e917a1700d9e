"""The keys with which the harness's sender signs."""

from datetime import UTC, datetime

from e2a.gateway.credentials import making
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.vault import unlock
from faults import traffic


def secrets(warehouse: Warehouse) -> dict[tuple[str, str], str]:
    """Signing secrets for both ways in, of both tenants."""
    made: dict[tuple[str, str], str] = {}
    with warehouse.connect(Role.APP) as app:
        for word in ("wms", "batch"):
            for tenant in traffic.TENANTS:
                wanted = making.Wanted(tenant, word, "hmac")
                shown = making.create(app, unlock(warehouse.home), wanted, datetime.now(UTC))
                assert shown.secret is not None
                made[word, tenant] = shown.secret
    return made
