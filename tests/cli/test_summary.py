"""The counts of an installation: what nobody can judge, what is only watched, what was known."""

from datetime import timedelta

import pytest

from e2a.cli.reports import show
from e2a.warehouse.summary import STATES, summarise
from tests.sla.orders import LATER, done, paid, put
from tests.warehouse.lane import TENANT


@pytest.fixture
def stages(modelled):
    """Asks for the clocks of the tenant by stage."""

    def ask(**instants):
        return summarise(modelled, TENANT, **instants)["tenants"][TENANT]["stages"]

    return ask


def _standing(counts):
    return {state: counts[state] for state in STATES if counts[state]}


def test_a_clock_whose_start_was_never_recorded_is_counted_and_is_not_open(modelled, stages):
    put(modelled, paid()[0], done("picked", 60))
    pick = stages(as_of=LATER)["pick"]
    assert _standing(pick) == {"unassessable": 1}
    assert (pick["clocks"], pick["open"]) == (1, 0)


def test_what_cannot_be_judged_is_a_line_and_only_where_there_is_any(modelled, capsys):
    put(modelled, *paid(), done("picked", 60))
    show(summarise(modelled, TENANT, LATER))
    assert "unassessable" not in capsys.readouterr().out
    put(modelled, paid(2)[0], done("picked", 60, n=2))
    show(summarise(modelled, TENANT, LATER))
    assert "unassessable 1 pick: when they started was never recorded" in capsys.readouterr().out


def test_a_watch_is_a_clock_beside_the_promise_that_it_watches(modelled, stages):
    """Packing is promised within 180 minutes and missed after 270."""
    put(modelled, *paid(), done("picked", 60))
    between = stages(as_of=LATER + timedelta(hours=2))
    assert _standing(between["pack"]) == {"breached": 1}
    assert _standing(between["missing_scan"]) == {"at_risk": 1}
    later = stages(as_of=LATER + timedelta(hours=3))
    assert _standing(later["missing_scan"]) == {"breached": 1}


def test_clocks_are_counted_as_they_were_known(modelled, stages):
    put(modelled, *paid())
    put(modelled, done("picked", 60), at=LATER + timedelta(hours=1))
    asked = LATER + timedelta(hours=2)
    assert _standing(stages(as_of=asked)["pick"]) == {"met": 1}
    before = LATER + timedelta(minutes=30)
    assert _standing(stages(as_of=asked, known_at=before)["pick"]) == {"breached": 1}
