"""Which period a moment is in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gqlspaces.features.schedules.model import Cadence
from gqlspaces.features.schedules.periods import period_of

BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
ZONES = [UTC_ZONE, BERLIN, ZoneInfo("America/Havana"), ZoneInfo("Asia/Beirut")]
ZONES += [ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia"), ZoneInfo("Africa/Cairo")]


@pytest.mark.parametrize(
    ("cadence", "moment", "period"),
    [
        (Cadence.FIVE_MINUTES, "2026-01-01T10:04:59.999999", "2026-01-01T10:00Z"),
        (Cadence.FIVE_MINUTES, "2026-01-01T10:05:00", "2026-01-01T10:05Z"),
        (Cadence.FIVE_MINUTES, "2026-01-01T10:59:59", "2026-01-01T10:55Z"),
        (Cadence.HOURLY, "2026-01-01T10:59:59", "2026-01-01T10Z"),
        (Cadence.HOURLY, "2026-01-01T11:00:00", "2026-01-01T11Z"),
        (Cadence.DAILY, "2026-01-01T22:59:59", "2026-01-01"),
        (Cadence.DAILY, "2026-01-01T23:00:00", "2026-01-02"),
        (Cadence.DAILY, "2026-07-01T22:00:00", "2026-07-02"),
        (Cadence.WEEKLY, "2026-01-04T22:59:59", "2026-W01"),
        (Cadence.WEEKLY, "2026-01-04T23:00:00", "2026-W02"),
        (Cadence.WEEKLY, "2026-12-31T12:00:00", "2026-W53"),
        (Cadence.WEEKLY, "2027-01-01T12:00:00", "2026-W53"),
    ],
)
def test_a_moment_is_in_one_period_of_berlin(cadence: Cadence, moment: str, period: str) -> None:
    assert period == period_of(cadence, datetime.fromisoformat(f"{moment}+00:00"), BERLIN)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_with_a_changed_clock_is_one_day_of_other_length(day: str, hours: int) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    around = [noon + timedelta(hours=hour) for hour in range(-24, 24)]
    on_it = [moment for moment in around if period_of(Cadence.DAILY, moment, BERLIN) == day]
    assert hours == len(on_it)
    assert hours == len({period_of(Cadence.HOURLY, moment, BERLIN) for moment in on_it})


@given(
    moment=st.integers(946_684_800, 2_840_140_800).map(lambda n: datetime.fromtimestamp(n, UTC)),
    later=st.timedeltas(timedelta(0), timedelta(days=400)),
    zone=st.sampled_from(ZONES),
    cadence=st.sampled_from(Cadence),
)
def test_later_periods_sort_behind_earlier_ones(
    moment: datetime, later: timedelta, zone: ZoneInfo, cadence: Cadence
) -> None:
    assert period_of(cadence, moment, zone) <= period_of(cadence, moment + later, zone)
