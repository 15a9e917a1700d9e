"""The whole evaluation over a migrated database: every model, the reviews, the ledger."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from e2a.warehouse.connection import Role, Warehouse
from evals.cases import Case
from evals.metrics import Figures, figures, spent
from evals.replaying import cached, replay
from evals.stability import metamorphic

_LEDGER = """
select call_id, coalesce(input_tokens, 0), coalesce(output_tokens, 0), charged_cost
from ops.ai_calls where tenant_id = 'golden'
"""
_DRIFT = """
select
    (select coalesce(sum(used_cost), 0) from ops.ai_budget_days where scope = 'global')
    - (select coalesce(sum(charged_cost), 0) from ops.ai_calls),
    (select coalesce(sum(used_tokens), 0) from ops.ai_budget_days where scope = 'global')
    - (select coalesce(sum(charged_tokens), 0) from ops.ai_calls),
    (select coalesce(sum(held_tokens), 0) from ops.ai_budget_days)
"""


def evaluate(warehouse: Warehouse, models: Sequence[str], cases: Sequence[Case]) -> Figures:
    """Every figure of every model about the cases, for machines.

    Args:
        warehouse: a database that is migrated and used for nothing else.
        models: whose recorded answers are replayed.
        cases: of the golden set.
    """
    told: dict[str, Figures] = {}
    for model in models:
        replayed = replay(warehouse, model, cases)
        one = figures(replayed.rows)
        one["gates"]["sent"] = len(replayed.sent)
        one["sent"] = replayed.sent
        one["spent"] = spent(replayed.rows, _ledger(warehouse))
        one["shared"] = _shared(warehouse, model, cases)
        told[model] = one
    return {
        "cases": len(cases),
        "models": told,
        "metamorphic": metamorphic(cases),
        "budget_drift": _drift(warehouse),
    }


def _shared(warehouse: Warehouse, model: str, cases: Sequence[Case]) -> Figures:
    rows = cached(warehouse, model, cases)
    hits = sum(row.cached for row in rows)
    return {"asked": len(rows), "cache_hits": hits, "rate": round(hits / len(rows), 4)}


def _ledger(warehouse: Warehouse) -> dict[Any, tuple[int, int, Decimal]]:
    with warehouse.connect(Role.OWNER) as owner:
        rows = owner.execute(_LEDGER).fetchall()
    return {call: (given, made, usd) for call, given, made, usd in rows}


def _drift(warehouse: Warehouse) -> Figures:
    """What the day rows say beyond the calls: nothing, or the ledger has lost something."""
    with warehouse.connect(Role.OWNER) as owner:
        row = owner.execute(_DRIFT).fetchone()
    assert row is not None
    return {"usd": str(row[0].normalize()), "tokens": int(row[1]), "held_tokens": int(row[2])}
