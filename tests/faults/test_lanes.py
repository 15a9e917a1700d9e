"""The rows of the lanes in small: several in one world, whose database has the models already.

Each row for itself is in `test_matrix`, at length in `make faults`.
"""

from dataclasses import replace
from functools import partial

import pytest

from faults.rows import clocks, lanes, neighbours, underived
from faults.schedule import BY_NAME, in_turn, run
from faults.site import Site

CALM = {"rate": 50, "most": 20}
SEED = 11


@pytest.fixture(scope="module")
def place(built):
    return Site(built.home, built)


@pytest.mark.prove
def test_whatever_happens_to_a_radar_its_verdicts_are_those_of_one_quiet_pass(place):
    """Rows 3, 4, 6, 15, 17 and 21."""

    def before(world):
        clocks.another_clock(world)
        underived.planted(world)

    def after(world):
        underived.held_and_replayable(world)
        lanes.same_as_a_whole_pass(world)

    act = in_turn(
        (clocks.jumps, 8), (lanes.killed_in_a_step, 2), (lanes.killed_under_load, 1),
        (partial(lanes.stopped, aged=True), 1), (partial(neighbours.long_writer, seconds=0.3), 1),
        (underived.step_poison, 1),
    )  # fmt: skip
    row = BY_NAME["17"]
    row = replace(
        row, act=act, after=after, events=0, crashes=0, options=row.options | CALM,
        place=partial(row.place.func, before=before),
    )  # fmt: skip
    result = run(place, row, SEED, share=0.0, patience=0.2)
    assert result.found.wrong == []
    assert result.found.acked == result.found.sent
    assert result.found.stored == result.found.consumed
    must = {"forwards", "back", "radar killed", "stopped", "written beside", "step poison"}
    assert {fired for fired in must if not result.fired[fired]} == set()
    assert sum(result.fired[point] for point in lanes.POINTS) >= 1
