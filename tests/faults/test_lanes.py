"""The rows of the lanes in small, in a copy of the database that has the models already."""

from dataclasses import replace
from functools import partial

import pytest

from faults.rows import clocks, lanes, neighbours, underived
from faults.schedule import BY_NAME, in_turn, run
from faults.site import Site

CALM = {"rate": 100, "most": 40}
SEED = 11


@pytest.fixture(scope="module")
def modelled_place(built):
    return Site(built.home, built)


def lived(site, name, act, crashes, after=None):
    row = BY_NAME[name]
    row = replace(row, act=act, events=0, crashes=crashes, options=row.options | CALM,
                  after=after or row.after)  # fmt: skip
    result = run(site, row, SEED, share=0.0, patience=0.2)
    assert result.found.wrong == []
    assert result.found.acked == result.found.sent
    assert result.found.stored == result.found.consumed
    return result.fired


def test_a_radar_that_is_killed_doubled_and_stopped_leaves_what_one_pass_gives(modelled_place):
    """Rows 3, 4, 5, 6 and 15."""
    act = in_turn(
        (lanes.killed_in_a_step, 2), (lanes.killed_under_load, 2),
        (partial(lanes.stopped, aged=True), 1), (partial(neighbours.long_writer, seconds=0.5), 1),
    )  # fmt: skip
    fired = lived(modelled_place, "3r", act, 0)
    assert sum(fired[point] for point in lanes.POINTS) >= 1
    assert fired["radar killed"]
    assert fired["stopped"]
    assert fired["written beside"]


def test_poison_that_no_model_can_take_is_held_alone_and_comes_back_mended(modelled_place):
    """Row 17."""
    assert lived(modelled_place, "17", underived.step_poison, 2)["step poison"] >= 2


def test_a_clock_that_jumps_breaks_no_promise_and_hides_none(modelled_place):
    """Row 21."""
    fired = lived(modelled_place, "21", partial(clocks.jumps, minutes=10), 8)
    assert fired["forwards"]
    assert fired["back"]


@pytest.mark.prove
def test_several_watchers_at_once_are_as_one(modelled_place):
    """Row 5."""
    assert lived(modelled_place, "5", lanes.several_at_once, 4)["taken over"]
