"""The fault matrix in small: a few faults of each kind, several rows in one world.

Each row for itself is in `test_matrix`, at length in `make faults`.
"""

from dataclasses import replace
from functools import partial

from faults.rows import kills, network, partitions, poison, repeats, servers, slow
from faults.schedule import BY_NAME, Row, beside_others, in_turn, run

SEED = 11
CALM = {"rate": 300, "most": 40}
"""So much traffic that faults meet some, and no more: the machine has other tests to run."""


def lived(site, act, options=CALM, **more):
    row = Row("short", "several", act, 0, 0, options=options, **more)
    result = run(site, row, SEED, patience=0.2)
    assert result.found.wrong == []
    assert result.found.acked == result.found.sent
    assert result.found.stored == result.found.consumed
    return result.fired


def test_killed_processes_and_slow_commits_neither_lose_nor_double(place):
    """Rows 1, 2, 3 and 14."""
    act = in_turn(
        (kills.before_commit, 2), (kills.before_answer, 2), (kills.reading, 3),
        (partial(slow.slow_committer, seconds=1.3), 1),
    )  # fmt: skip
    fired = lived(place, act)
    assert fired["killed before commit"]
    assert fired["gateway.after_commit"]
    assert any(point.startswith("drain.") for point in fired)
    assert fired["committed late"] + fired["rolled back late"]


def test_a_server_that_fails_and_a_network_that_lies_neither_lose_nor_double(place):
    """Rows 10, 11, 12 and 13."""
    act = in_turn(
        (partial(network.bad_network, long=0.5), 4), (servers.session_killed, 1),
        (servers.stopped_at_once, 1), (partial(servers.away, seconds=0.6), 1),
    )  # fmt: skip
    fired = lived(place, act, options={**CALM, "proxied": True})
    assert all(fired[way] for way in network.WAYS)
    assert fired["stopped at once"]
    assert fired["away"]
    assert fired["session of e2a_gateway"] + fired["session of e2a_app"]


def test_poison_storms_replays_and_a_missing_day_neither_lose_nor_double(place):
    """Rows 16, 18, 19 and 24."""

    def after(world):
        poison.each_has_its_cause(world)
        repeats.others_are_quarantined(world)

    act = in_turn((partitions.partition_missing, 1), (poison.poison, 1), (repeats.storm, 1),
                  (repeats.replayed, 1))  # fmt: skip
    place_of = partial(beside_others, before=partitions.nobody_makes_days)
    fired = lived(place, act, after=after, place=place_of)
    assert fired["caught by the default"]
    assert fired["kept"] == len(poison.KEPT)
    assert fired["repeats"]
    assert fired["old signature"]


def test_any_order_of_arrival_gives_the_same_state(place):
    """Row 20."""
    result = run(place, replace(BY_NAME["20"], options=CALM), SEED, share=0.0, patience=0.2)
    assert result.found.wrong == []
    assert result.fired["inversions"]


def test_a_restore_into_another_server_is_refused_until_it_is_rebased(place):
    """Row 25."""
    result = run(place, replace(BY_NAME["25"], options=CALM), SEED, share=0.0, patience=0.2)
    assert result.found.wrong == []
    assert result.fired["refused to read"]
