"""The rows of the fault matrix, each in a world of its own; `make faults` runs them at length."""

from dataclasses import replace
from functools import partial

import pytest

from faults.rows import clocks, lanes, neighbours, network, servers, slow
from faults.schedule import BY_NAME, run

SHORT = {
    "12": partial(servers.away, seconds=1.0),
    "6": partial(lanes.stopped, aged=True),
    "12d": partial(clocks.away_over_deadlines, seconds=20.0),
    "15": partial(neighbours.long_writer, seconds=1.5),
    "13": partial(network.bad_network, long=0.6),
    "14": partial(slow.slow_committer, seconds=1.5),
}
"""Acts that wait, with shorter waits."""
pytestmark = pytest.mark.prove
MUST_FIRE = {
    "1": {"killed before commit"},
    "2": {"gateway.after_commit"},
    "10": set(),
    "11": {"stopped at once"},
    "12": {"away"},
    "13": {"reset", "deaf", "held", "delay"},
    "14": {"committed late"},
    "16": {"kept", "refused"},
    "18": {"repeats"},
    "19": {"old signature", "other body"},
    "20": {"inversions"},
    "22d": {"disk full"},
    "22w": {"disk full"},
    "24": {"caught by the default"},
    "25": {"refused to read"},
    "3r": set(),
    "4": {"radar killed"},
    "5": {"taken over"},
    "6": {"stopped"},
    "12d": {"away", "found late"},
    "15": {"written beside"},
    "17": {"step poison"},
    "21": {"forwards", "back", "corrected"},
    "9": {"run killed between two models"},
    "7": {"code server killed in a run", "storage away"},
}


@pytest.mark.parametrize("name", MUST_FIRE)
def test_nothing_is_lost_or_doubled(place, name):
    row = BY_NAME[name]
    if row.unable():
        pytest.skip(f"row {name} {row.unable()}")
    result = run(place, replace(row, act=SHORT.get(name, row.act)), 11, share=0.0, patience=0.2)
    assert result.found.wrong == []
    assert {fired for fired in MUST_FIRE[name] if not result.fired[fired]} == set()
    assert result.found.acked == result.found.sent
    assert result.found.stored == result.found.consumed


def test_a_reader_killed_at_each_of_its_steps_neither_loses_nor_doubles(place):
    result = run(place, replace(BY_NAME["3"], crashes=4), 11, share=0.0, patience=0.2)
    assert result.found.wrong == []
    assert result.crashes >= 3
