"""What a proof decides: no invoice past a red one, and when the whole is due again."""

from datetime import datetime, timedelta

from e2a.domain.errors import RefusedError
from e2a.warehouse.truth.records import Connection, Truth, last_truth

WHOLE_EVERY = timedelta(days=6, hours=12)
"""A week of nights, less half a day: the night that comes a few minutes early counts too."""


def check_green(connection: Connection) -> None:
    """Refuse what must not be done on figures that are known to be wrong.

    Where nothing has been proven yet, nothing is known to be wrong.

    Raises:
        RefusedError: the last finished proof is red.
    """
    found = last_truth(connection)
    if found is not None and not found.is_green:
        raise RefusedError(
            f"Proof {found.id} found {words(found)}, so nothing is invoiced",
            "Look at them with `e2a truth --show`, mend them with `e2a truth --mend`",
        )


def words(found: Truth) -> str:
    """What a proof found, as people say it."""
    if found.is_green:
        return f"{found.orders:,} orders as a rebuild has them"
    tables = ", ".join(
        f"{t.table_name} {t.missing + t.extra + t.differing:,}"
        for t in found.tables
        if t.missing + t.extra + t.differing
    )
    many = found.differences != 1
    rows = f"{found.differences:,} rows that differ" if many else "1 row that differs"
    return f"{rows} from a rebuild ({tables})"


def whole_is_due(connection: Connection, now: datetime) -> bool:
    """Whether every order is to be compared: once a week, and after models or prices changed.

    A pass over everything touches no order, so a nightly proof would not see what it did.
    """
    row = connection.execute(_LAST_WHOLE).fetchone()
    assert row is not None
    proven, built = row
    return proven is None or now - proven >= WHOLE_EVERY or (built is not None and built > proven)


_LAST_WHOLE = """
select
    (
        select max(started_at) from ops.truths
        where tenant_id = '*' and whole and finished_at is not null and differences = 0
    ),
    (select max(built_at) from ops.builds)
"""
