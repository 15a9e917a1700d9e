"""The customers of the demo's orders, looked for in every byte that a provider got during it."""

from decimal import Decimal

from e2a.analyst.narrator import open_narrator
from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.server import serving
from e2a.analyst.settings import Settings
from e2a.billing.guard.rationales import rationalise
from e2a.warehouse.connection import Role
from tests.sla.narration.test_privacy import fixed, people, stands_in


def environment(url: str) -> dict[str, str]:
    """A provider that is asked about everything, on a plentiful day."""
    return {
        "AI_API_KEY": "scripted", "AI_PROVIDER_BASE_URL": url, "AI_MODEL": "scripted/slots",
        "AI_FLAVOR": "openrouter", "AI_SAMPLING_SEVERITY": "all",
        "AI_MAX_DAILY_TOKENS": "1000000000", "AI_MAX_DAILY_COST_USD": "10000",
    }  # fmt: skip


def test_nothing_of_any_customer_is_in_any_byte_that_the_provider_received(demo):
    place = demo.warehouse()
    with serving(answers) as provider:
        done = demo.run("demo", **environment(provider.url))
        assert done.returncode == 0, done.stderr[-3000:]
        assert "nothing to do" in done.stderr  # the week is there: what was unasked is asked
        settings = Settings(
            key="scripted", base_url=provider.url, model="scripted/slots",
            max_daily_tokens=10**9, max_daily_cost=Decimal(10_000),
        )  # fmt: skip
        with open_narrator(place, settings) as narrator:
            rationalise(place, narrator)
        sent, purposes = (
            bytes(provider.received).decode(),
            {s.body["response_format"]["json_schema"]["name"] for s in provider.seen},
        )
    with place.connect(Role.APP) as app:
        known = people(app)
        explained = app.execute(
            "select count(*) from sla.explanations where source = 'model'"
        ).fetchone()[0]
    assert purposes == {"breach_narrative_1", "adjustment_rationale_1"}
    assert explained > 100
    assert len(known) > 300
    one = max(known, key=len)
    assert stands_in(one, f"{sent} {one}")  # it would be found
    unavoidable = {value for value in known if stands_in(value, fixed())}
    assert {value for value in known if stands_in(value, sent)} <= unavoidable
