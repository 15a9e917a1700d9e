"""The week of every sender through kills ends as the same week landed in one quiet batch."""

import pytest

from faults import week


@pytest.mark.prove
def test_the_week_through_kills_ends_as_the_quiet_one():
    result = week.through_kills(7, 200)
    assert result.found.wrong == []
    assert result.found.acked == result.found.sent
    assert result.crashes > 0
