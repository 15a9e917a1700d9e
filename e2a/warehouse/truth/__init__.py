"""The proof: what the lanes stored is what a rebuild from the events gives, row by row.

    due -> events of a chunk, copied -> shadow database -> same models -> compared -> on record

The live database is only read, so nothing waits for a proof. A difference is red: invoices are not
made or finalised until a later proof is green. When to prove belongs to whoever calls.
"""

from e2a.warehouse.truth.gate import check_green, whole_is_due, words
from e2a.warehouse.truth.mending import mend
from e2a.warehouse.truth.proving import prove
from e2a.warehouse.truth.records import (
    Difference,
    TableTruth,
    Truth,
    differences,
    last_truth,
)

__all__ = [
    "Difference",
    "TableTruth",
    "Truth",
    "check_green",
    "differences",
    "last_truth",
    "mend",
    "prove",
    "whole_is_due",
    "words",
]
