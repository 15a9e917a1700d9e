"""`kill -9` in the middle of an audit or a decision: all or nothing, and again completes it."""

import pytest

from tests.billing.guard.audited import NOW, P15_CARD
from tests.billing.victim import gone, run

BEFORE = {
    "validate": [],
    "propose": ["validate"],
    "approve": ["validate", "propose"],
    "reverse": ["validate", "propose"],
}


@pytest.mark.parametrize("what", BEFORE)
def test_killed_at_any_statement_it_leaves_all_or_nothing_and_again_completes_it(
    built, merchant, what
):
    acme = merchant(P15_CARD)
    acme.p15()
    acme.derive()
    for step in BEFORE[what]:
        assert run(built, acme.tenant, step, NOW)
    before, moment = acme.everything(), 0
    while not run(built, acme.tenant, what, NOW, kill_at=moment):
        gone(acme.rows)
        assert acme.everything() == before, moment
        moment += 3
    assert moment >= 6
    after = acme.everything()
    assert after != before
    if what in ("validate", "propose"):
        run(built, acme.tenant, what, NOW)
        assert acme.everything() == after
