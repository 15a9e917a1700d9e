"""Breaches of demo-3pl that the rules have explained, and a narrator over a scripted provider.

Real Postgres, real sockets: what the provider received is looked at, and what it answers is said by
each test.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from e2a.analyst.narrator import open_narrator
from e2a.analyst.scripted.answering import answers, good_answer
from e2a.analyst.scripted.replies import Reply, completion
from e2a.analyst.scripted.server import Scripted, serving
from e2a.analyst.settings import Settings
from e2a.domain.analysis.sampling import RATES
from e2a.sla.exceptions import sync
from e2a.sla.narration.running import MOST, Narrated, narrate
from e2a.sla.narratives import narrate as rules
from tests.sla.orders import LATER, paid, put
from tests.warehouse.lane import rows

EVER_LATER = LATER + timedelta(hours=1)


@dataclass
class Desk:
    """Where breaches become explanations: the rules write, and a model may be asked."""

    app: Any
    warehouse: Any
    provider: Scripted
    settings: Settings = field(init=False)

    def __post_init__(self):
        self.settings = Settings(
            key="scripted", base_url=self.provider.url, model="scripted/slots", openrouter=True,
            sampling=RATES["all"], timeout=5.0, max_daily_tokens=10**7, max_daily_cost=Decimal(100),
        )  # fmt: skip

    def breach(self, *orders, at=LATER, events=()):
        """Orders that were paid and not picked in time, explained by the rules."""
        put(self.app, *[event for n in orders for event in paid(n)], *events)
        self.explain(at)

    def explain(self, at=LATER):
        """The rules write and episodes are opened, as of an instant."""
        rules(self.app, at)
        sync(self.app, at)

    def ask(self, at=LATER, settings=None, most=MOST, **wanted) -> Narrated:
        """A pass of the model."""
        with open_narrator(self.warehouse, settings or self.settings) as narrator:
            return narrate(
                self.warehouse, narrator, lambda: datetime.now(UTC), as_of=at, most=most,
                **wanted,
            )  # fmt: skip

    @property
    def calls(self):
        """How many requests the provider has had."""
        return self.provider.calls

    def explained(self, columns="order_id, source, fallback_reason"):
        return rows(self.app, f"select {columns} from sla.explanations order by order_id, stage")

    def rows(self, query, *given):
        return rows(self.app, query, *given)


def saying(**said):
    """A provider that answers well but for some fields."""
    return lambda seen: Reply(completion(json.dumps(good_answer(seen.user) | said)))


@pytest.fixture
def desk(modelled, built):
    with serving(answers) as provider:
        yield Desk(modelled, built, provider)
    modelled.rollback()
    modelled.execute("update reference.ai_policies set ai = 'on', locale = 'en'")
    modelled.commit()


@pytest.fixture
def one(desk):
    """One breach that a model has explained, and the beginning of its exception's id."""
    desk.breach(1)
    desk.ask()
    ((exception,),) = desk.rows("select exception_id::text from sla.exceptions")
    return exception[:8]
