"""Decisions about notes: which may follow which, and how far an edit is from its draft."""

import pytest

from e2a.domain.errors import RefusedError
from e2a.domain.note_review import Decided, check_move, distance


@pytest.mark.parametrize(
    ("last", "to"),
    [
        (Decided.APPROVED, Decided.APPROVED),
        (Decided.EDITED, Decided.APPROVED),
        (Decided.REJECTED, Decided.APPROVED),
        (Decided.REJECTED, Decided.REJECTED),
    ],
)
def test_what_was_decided_is_not_approved_again_and_a_rejection_is_not_repeated(last, to):
    with pytest.raises(RefusedError, match=f"{last.value}: it cannot be {to.value}"):
        check_move(last, to)


@pytest.mark.parametrize("to", Decided)
def test_of_a_draft_anything_may_be_decided(to):
    check_move(None, to)


@pytest.mark.parametrize("last", [Decided.APPROVED, Decided.EDITED, Decided.REJECTED])
def test_other_words_may_always_be_written(last):
    check_move(last, Decided.EDITED)


@pytest.mark.parametrize(
    ("draft", "edited", "far"),
    [("", "", 0), ("late", "late", 0), ("kitten", "sitting", 3 / 7), ("abc", "", 1), ("", "ab", 1)],
)
def test_distance_is_levenshteins_over_the_longer_length(draft, edited, far):
    assert distance(draft, edited) == pytest.approx(far)
    assert distance(edited, draft) == pytest.approx(far)
