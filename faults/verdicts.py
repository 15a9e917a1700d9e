"""What must be equal of two installations over which the journey has run.

Columns that say when or in which order we learned something are left out: what was received later
is known later, and is as true.
"""

from collections.abc import Iterator, Mapping

from e2a.warehouse.connection import Role, Warehouse

Standing = Mapping[str, set[str]]
"""Rows by table, as text."""

COMPARED = {
    "sla.verdicts": "known_until is null",
    "billing.expected_invoice_lines": "true",
    "billing.findings": "true",
}
"""What must be equal, and which of its rows."""
LEFT_OUT = (
    "known_from", "known_until", "recorded_at", "first_known_at", "inbox_seq", "version",
    "computed_at", "detected_at", "found_at",
)  # fmt: skip


def standing(warehouse: Warehouse) -> Standing:
    """The rows to compare of an installation."""
    with warehouse.connect(Role.OWNER) as owner:
        return {
            table: {
                row[0]
                for row in owner.execute(
                    f"select (to_jsonb(t) - %s::text[])::text from {table} as t where {rows}",
                    (list(LEFT_OUT),),
                )
            }
            for table, rows in COMPARED.items()
        }


def differences(have: Standing, want: Standing) -> Iterator[str]:
    """A sentence for each table whose rows differ, or that has none to compare."""
    for table, rows in want.items():
        if not rows:
            yield f"table of the quiet week is empty: {table}"
        if differ := sorted(have[table] ^ rows):
            few = " / ".join(row[:400] for row in differ[:2])
            yield f"table differs from the quiet week's, in {len(differ):,} rows: {table}; {few}"
