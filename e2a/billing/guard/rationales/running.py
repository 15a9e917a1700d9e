"""A pass over adjustments without words: ask, one beside the other, and keep what is accepted.

One pass at a time: a second one leaves at once. What failed for a reason that may pass leaves no
row, so the next pass asks again; what was judged and not taken is kept with its reason, and the
template's sentence stands.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg

from e2a.analyst.narrator import Narrator
from e2a.analyst.prompts import load
from e2a.billing.guard.rationales.amounts import Unexplained, unexplained
from e2a.billing.guard.rationales.keeping import Outcome, keep
from e2a.billing.guard.rationales.telling import tell
from e2a.domain.analysis.passing import CLOSED
from e2a.domain.analysis.reasons import FallbackReason
from e2a.warehouse.connection import Role, Warehouse

PROMPT = "adjustment_rationale"


@dataclass(slots=True)
class Rationalised:
    """What a pass did: adjustments that a model's words explain now, and others by reason."""

    by_model: int = 0
    by_rules: Counter[str] = field(default_factory=Counter)


def rationalise(
    warehouse: Warehouse,
    narrator: Narrator,
    tenant: str | None = None,
    *,
    most: int = 200,
) -> Rationalised:
    """Ask a model why adjustments are what they are; without a key the template's words stand.

    Args:
        warehouse: where the adjustments are.
        narrator: shared by the threads.
        tenant: only this one's.
        most: adjustments in all.
    """
    done, prompt = Rationalised(), load(PROMPT)
    with _alone(warehouse) as connection:
        if connection is None:
            return done
        found = list(unexplained(connection, tenant, most))
        connection.rollback()
        if not narrator.settings.enabled:
            done.by_rules[FallbackReason.NO_KEY] = len(found)
            return done
        ask, hands = partial(tell, narrator, prompt, found), narrator.settings.hands
        for outcome in _asked(ask, found, hands):
            keep(connection, prompt, outcome)
            if outcome.reason:
                done.by_rules[str(outcome.reason)] += 1
            else:
                done.by_model += 1
    return done


def _asked(ask: Any, found: list[Unexplained], hands: int) -> Iterator[Outcome]:  # noqa: ANN401
    """Outcomes as they come; none is asked any more once a reason holds for all."""
    with ThreadPoolExecutor(hands, "rationales") as pool:
        for first in range(0, len(found), hands):
            outcomes = list(pool.map(ask, found[first : first + hands]))
            yield from outcomes
            if any(one.reason in CLOSED for one in outcomes):
                return


@contextmanager
def _alone(warehouse: Warehouse) -> Iterator[psycopg.Connection[Any] | None]:
    """A connection whose session holds the lock of passes; None while another's does."""
    with warehouse.connect(Role.APP) as connection:
        row = connection.execute(
            "select pg_try_advisory_lock(hashtext('e2a.rationales'))"
        ).fetchone()
        connection.commit()
        yield connection if row and row[0] else None
