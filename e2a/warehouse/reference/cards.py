"""Rate cards and their charges, by version."""

from typing import Any

import psycopg

from e2a.domain.policies import RateCardText, TenantText, instant_of
from e2a.warehouse.reference.versions import version


def load_card(connection: psycopg.Connection[Any], tenant: TenantText, card: RateCardText) -> int:
    """Add a rate card with its charges; 0 when this version is there (B2)."""
    name = version(card)
    added = connection.execute(
        "insert into reference.rate_cards values "
        "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        (
            tenant.tenant, name, instant_of(card.valid_from, tenant.billing_zone),
            card.currency, card.exponent, card.rounding, tenant.billing_zone, list(card.sources),
            card.limits.per_finding, card.limits.total, card.limits.total_percent,
        ),
    ).rowcount  # fmt: skip
    for code, charge in card.charges.items() if added else ():
        connection.execute(
            "insert into reference.charges values (%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                tenant.tenant, name, code, charge.operation, charge.model, charge.code,
                charge.price, charge.markup_percent,
            ),
        )  # fmt: skip
    return added
