"""The ledger beside the provider's own figures, once a night: what calls cost, from both sides.

    presumed calls with an id ──> /generation ──> settled at what they cost
    the day so far            ──> /key        ──> compared, and the difference kept

The ledger knows only what it asked. A key that others use as well, a call whose answer never came
and a price list that has aged all show here. Only OpenRouter tells such figures.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

import psycopg

from e2a.analyst import wire
from e2a.analyst.ledger import Ledger
from e2a.analyst.settings import Settings
from e2a.analyst.told import ToldError, generation, spent_today
from e2a.analyst.transport import Transport
from e2a.warehouse.connection import Role, Warehouse

TOLERANCE = Decimal("0.02")
"""The part of the larger figure by which the two may differ."""
LEAST = Decimal("0.01")
"""USD that are never worth a word: rounding, and calls that are under way at the provider."""
SECONDS, MOST = 10.0, 100
"""Of one question to the provider, and presumed calls of one night."""

State = Literal["agree", "differ", "no_key", "not_told", "unreadable"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of a comparison; money is USD.

    Attributes:
        state: agree, differ, no_key, not_told (this provider says no such figures), unreadable.
        detail: why it could not be read.
        ledger, provider: what each says of the UTC day so far; None if they were not compared.
        tolerance: how far apart they may be.
        resettled: presumed calls that cost what the provider says, since now.
    """

    state: State
    detail: str = ""
    day: date | None = None
    ledger: Decimal | None = None
    provider: Decimal | None = None
    tolerance: Decimal | None = None
    resettled: int = 0

    @property
    def is_well(self) -> bool:
        """Whether nobody need look; there being nothing to compare is well."""
        return self.state in ("agree", "no_key", "not_told")

    @property
    def difference(self) -> Decimal:
        """What the provider charged beyond the ledger; negative if less."""
        return (self.provider or Decimal(0)) - (self.ledger or Decimal(0))

    def words(self) -> str:
        """The comparison in one line."""
        if self.state == "no_key":
            return "no_key: no model is asked, so there is nothing to compare"
        if self.state == "not_told":
            return "not_told: only OpenRouter says afterwards what calls cost (AI_FLAVOR)"
        if self.state == "unreadable":
            return f"unreadable: the provider did not say what calls cost ({self.detail})"
        return (
            f"{self.state}: ledger {self.ledger:.4f} USD, provider {self.provider:.4f} USD on "
            f"{self.day} (tolerance {self.tolerance:.4f}), {self.resettled} presumed calls settled"
        )


def reconcile(warehouse: Warehouse, settings: Settings, now: datetime) -> Reconciled:
    """Compare the UTC day so far with what the provider says, and keep the comparison.

    Doing it again the same day replaces the figures of that day.

    Args:
        warehouse: where the ledger is.
        settings: of the provider; without a key nothing is asked.
        now: the present; its UTC day is compared.
    """
    if not settings.enabled:
        return Reconciled("no_key")
    if not settings.openrouter:
        return Reconciled("not_told")
    transport = Transport(settings.base_url, wire.headers(settings))
    ledger = Ledger(lambda: warehouse.connect(Role.ANALYST, autocommit=True))
    try:
        with warehouse.connect(Role.APP, autocommit=True) as app:
            return _Books(app, ledger, transport, settings).compared(now)
    except ToldError as error:
        return Reconciled("unreadable", str(error))
    finally:
        ledger.close()
        transport.close()


def tolerated(ledger: Decimal, provider: Decimal) -> Decimal:
    """How far apart two figures may be, USD."""
    return max(LEAST, TOLERANCE * max(ledger, provider))


class _Books(NamedTuple):
    app: psycopg.Connection[Any]
    ledger: Ledger
    transport: Transport
    settings: Settings

    def compared(self, now: datetime) -> Reconciled:
        """Sweep, settle what can be, and compare what is left."""
        self.ledger.sweep()
        provider = spent_today(self.transport, SECONDS)
        resettled = self._resettled()
        given: dict[str, Any] = {"base": self.settings.base_url, "now": now}
        row = self.app.execute(_CHARGED, given).fetchone()
        assert row is not None
        day, ledger = row
        tolerance = tolerated(ledger, provider)
        self.app.execute(
            _KEEP,
            given | {
                "day": day, "ledger": ledger, "provider": provider, "tolerance": tolerance,
                "resettled": resettled,
            },
        )  # fmt: skip
        state: State = "agree" if abs(provider - ledger) <= tolerance else "differ"
        return Reconciled(state, "", day, ledger, provider, tolerance, resettled)

    def _resettled(self) -> int:
        """Settle presumed calls of which the provider says what they cost; how many."""
        given = {"base": self.settings.base_url, "most": MOST}
        return sum(self._settled(call, name) for call, name in self.app.execute(_PRESUMED, given))

    def _settled(self, call: UUID, name: str) -> bool:
        found = generation(self.transport, name, SECONDS)
        if found is None:
            return False
        row = self.app.execute(_DETAILS, (call,)).fetchone()
        kept: dict[str, Any] = row[0] if row else {}
        said = {"input_tokens": found.input_tokens, "output_tokens": found.output_tokens}
        details = kept | said | {"cost_source": "provider"}
        return self.ledger.settle(call, "settled", found.tokens, found.cost, details)


_CHARGED = """
select
    (%(now)s::timestamptz at time zone 'UTC')::date,
    coalesce((
        select sum(c.charged_cost) from ops.ai_calls as c
        where
            c.base_url = %(base)s and c.day = (%(now)s::timestamptz at time zone 'UTC')::date
            and c.state in ('settled', 'presumed')
    ), 0)
"""

_PRESUMED = """
select call_id, generation_id from ops.ai_calls
where base_url = %(base)s and state = 'presumed' and generation_id is not null
order by reserved_at desc limit %(most)s
"""

# What a settling writes is all of it, so what is known already is said again.
_DETAILS = """
select to_jsonb(c) - 'call_id' - 'verdict' from ops.ai_calls as c where call_id = %s
"""

_KEEP = """
insert into ops.ai_reconciliations (
    day, base_url, ledger_cost, provider_cost, tolerance, resettled, compared_at
) values (
    %(day)s, %(base)s, %(ledger)s, %(provider)s, %(tolerance)s, %(resettled)s, %(now)s
)
on conflict (tenant_id, day, base_url) do update set
    ledger_cost = excluded.ledger_cost, provider_cost = excluded.provider_cost,
    tolerance = excluded.tolerance, compared_at = excluded.compared_at,
    resettled = ai_reconciliations.resettled + excluded.resettled
"""
