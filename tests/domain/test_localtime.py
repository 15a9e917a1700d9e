"""Local wall-clock time to instants (C2)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from e2a.domain.localtime import Fold, is_ambiguous, is_gap, to_instant

NEW_YORK = ZoneInfo("America/New_York")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its summer time is half an hour
ZONES = [NEW_YORK, SAO_PAULO, LORD_HOWE, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["02:00", "02:00:01", "02:30", "02:59:59.999999"])
@pytest.mark.parametrize("fold", Fold)
def test_a_time_in_a_gap_is_the_end_of_the_gap(text, fold):
    assert to_instant(local(f"2026-03-08T{text}"), NEW_YORK, fold) == utc("2026-03-08T07:00")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("01:59:59.999999", "06:59:59.999999"),
        ("03:00", "07:00"),
        ("03:00:00.000001", "07:00:00.000001"),
    ],
)
def test_the_edges_of_a_gap_are_themselves(text, instant):
    found = to_instant(local(f"2026-03-08T{text}"), NEW_YORK)
    assert found == utc(f"2026-03-08T{instant}")


@pytest.mark.parametrize("text", ["00:00", "00:15", "00:59:59"])
def test_a_midnight_that_does_not_exist_is_one_o_clock(text):
    assert to_instant(local(f"2017-10-15T{text}"), SAO_PAULO) == utc("2017-10-15T03:00")


def test_a_gap_of_half_an_hour_ends_after_half_an_hour():
    assert to_instant(local("2025-10-05T02:10"), LORD_HOWE) == utc("2025-10-04T15:30")


def test_an_ambiguous_time_is_its_first_or_last_occurrence_as_asked():
    twice = local("2026-11-01T01:30")
    assert to_instant(twice, NEW_YORK, Fold.FIRST) == utc("2026-11-01T05:30")
    assert to_instant(twice, NEW_YORK, Fold.LAST) == utc("2026-11-01T06:30")
    assert to_instant(twice, NEW_YORK) == utc("2026-11-01T05:30")


def test_a_fold_attribute_of_the_argument_decides_nothing():
    assert to_instant(local("2026-11-01T01:30").replace(fold=1), NEW_YORK) == utc(
        "2026-11-01T05:30"
    )


@pytest.mark.parametrize(
    ("text", "gap", "twice"),
    [
        ("2026-03-08T02:30", True, False),
        ("2026-03-08T03:00", False, False),
        ("2026-11-01T01:00", False, True),
        ("2026-11-01T01:59:59", False, True),
        ("2026-11-01T02:00", False, False),
        ("2026-07-01T12:00", False, False),
    ],
)
def test_gaps_and_folds_are_recognised(text, gap, twice):
    assert (is_gap(local(text), NEW_YORK), is_ambiguous(local(text), NEW_YORK)) == (gap, twice)


def test_a_time_with_an_offset_is_refused():
    with pytest.raises(ValueError, match="already has an offset"):
        to_instant(datetime(2026, 1, 1, tzinfo=UTC), NEW_YORK)


TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2035, 12, 31))  # noqa: DTZ001


@given(TIMES, st.sampled_from(ZONES), st.sampled_from(Fold))
def test_outside_gaps_and_folds_the_answer_is_that_of_zoneinfo(time, zone, fold):
    assume(not is_gap(time, zone) and not is_ambiguous(time, zone))
    assert to_instant(time, zone, fold) == time.replace(tzinfo=zone)


@given(TIMES, st.sampled_from(ZONES), st.sampled_from(Fold))
def test_outside_gaps_an_instant_shows_the_local_time_it_came_from(time, zone, fold):
    shown = to_instant(time, zone, fold).astimezone(zone).replace(tzinfo=None)
    if is_gap(time, zone):
        assert time < shown <= time + timedelta(hours=1)
    else:
        assert shown == time


@given(TIMES, st.integers(0, 6 * 3600), st.sampled_from(ZONES), st.sampled_from(Fold))
def test_a_later_local_time_is_never_an_earlier_instant(time, seconds, zone, fold):
    later = time + timedelta(seconds=seconds)
    assert to_instant(time, zone, fold) <= to_instant(later, zone, fold)
