"""The generated tests of one tenant, their expectations frozen from the engine."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from e2a.domain.policies import Policies
from e2a.domain.policy_text import from_documents
from e2a.review.generating.clocks import Clocks, begin, end
from e2a.review.generating.money import bill
from e2a.review.given import Document, given
from e2a.review.trial import Engine, Frozen


def make(engine: Engine, documents: Mapping[str, Any], today: date) -> list[Frozen]:
    """Tests from every threshold of a tenant's promises, answered by the engine as it is now.

    Rate cards are tried by `make_money`.

    Args:
        engine: what answers.
        documents: {"tenant": ..., "sla": ..., "rates": ...}, free of errors.
        today: which year's calendars are tried; a policy that begins later is tried from then on.
    """
    policies = from_documents(documents["tenant"]["tenant"], documents)
    return _clocks(engine, policies, documents, today)


def make_money(engine: Engine, documents: Mapping[str, Any], today: date) -> list[Frozen]:
    """Tests from every charge and bound of a tenant's rate cards, answered likewise.

    Args:
        engine: what answers.
        documents: as for `make`.
        today: from which year's first month on; cards that begin later are tried from then on.

    Returns:
        One test, or none if no card has a whole month to itself.
    """
    policies = from_documents(documents["tenant"]["tenant"], documents)
    work = bill(policies, today)
    if not work.questions:
        return []
    top = given(documents, money=True)
    scenario = _scenario(f"{policies.tenant.tenant}-billed", top, work)
    return [engine.freeze(scenario, work.asked)]


def _clocks(
    engine: Engine, policies: Policies, documents: Mapping[str, Any], today: date
) -> list[Frozen]:
    tenant, top = policies.tenant.tenant, given(documents)
    clocks, begun = begin(policies, today)
    first = engine.freeze(_scenario(f"{tenant}-begun", top, clocks), clocks.asked)
    clocks = end(begun, list(first.answers))
    if not clocks.questions:
        return [first]
    return [first, engine.freeze(_scenario(f"{tenant}-ended", top, clocks), clocks.asked)]


def _scenario(name: str, top: Document, clocks: Clocks) -> Document:
    return {
        "scenario": f"made-{name}",
        "title": "Made from the policy's thresholds; the engine's answers, frozen",
        **top,
        "events": clocks.events,
        "questions": clocks.questions,
    }
