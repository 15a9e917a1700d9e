"""Finding who is at fault by trying: each alone, or only together with those before."""

from hypothesis import given
from hypothesis import strategies as st

from e2a.warehouse.held.culprits import at_fault, unbearable


@given(st.lists(st.booleans(), max_size=40))
def test_those_that_fail_alone_are_found_and_no_others(is_bad):
    items = list(enumerate(is_bad))

    def trial(some):
        return ValueError("bad") if any(bad for _, bad in some) else None

    assert [item for item, _ in at_fault(items, trial)] == [item for item in items if item[1]]


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(0, 40))
def test_what_stays_can_be_borne_together_and_nothing_that_was_left_out_could_be_added_to_it(
    amounts, most
):
    items = list(enumerate(amounts))

    def trial(some):
        return OverflowError() if sum(amount for _, amount in some) > most else None

    left_out = [item for item, _ in unbearable(items, trial)]
    kept = [item for item in items if item not in left_out]
    assert trial(kept) is None
    assert all(trial([*kept, item]) for item in left_out)


def test_one_among_many_takes_few_trials():
    tried = []

    def trial(some):
        tried.append(some)
        return ValueError() if 700 in some else None

    assert [item for item, _ in at_fault(range(1000), trial)] == [700]
    assert len(tried) <= 2 * 10 + 1
