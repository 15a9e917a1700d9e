"""`kill -9` in the middle of drafting or finalising: all or nothing, and again completes it."""

import pytest

from tests.billing.invoices.clerk import TAXED
from tests.billing.pricing.merchant import at
from tests.billing.victim import gone, run

NOW = at("2026-04-02 09:00")


@pytest.mark.parametrize("what", ["draft", "finalise", "credit"])
def test_killed_at_any_statement_it_leaves_all_or_nothing_and_again_completes_it(clerk, what):
    acme = clerk(TAXED)
    acme.worked(100)
    acme.worked(5, "2026-04-01 09:00", "o2")
    if what != "draft":
        acme.draft()
    if what == "credit":
        acme.finalise()
    before, moment = acme.everything(), 0
    while not run(acme.built, acme.tenant, what, NOW, kill_at=moment):
        gone(acme.rows)
        assert acme.everything() == before, moment
        moment += 3
    assert moment > 6
    after = acme.everything()
    assert after != before
    if what == "draft":
        run(acme.built, acme.tenant, what, NOW)
        assert acme.everything() == after
