"""Which period of the clock a moment is in.

Hours are those of UTC, which has each of them once; days and weeks are those of a time zone, so
that a day with a changed clock is one day all the same. Later periods of a cadence sort after
earlier ones.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from gqlspaces.features.schedules.model import Cadence


def period_of(cadence: Cadence, moment: datetime, zone: ZoneInfo) -> str:
    """Give the period, such as ``2026-03-29T01Z``, ``2026-03-29`` or ``2026-W13``."""
    return _PERIODS[cadence](moment.astimezone(UTC), moment.astimezone(zone))


def _five_minutes(utc: datetime, _local: datetime) -> str:
    return f"{utc:%Y-%m-%dT%H}:{utc.minute // 5 * 5:02}Z"


def _hour(utc: datetime, _local: datetime) -> str:
    return f"{utc:%Y-%m-%dT%H}Z"


def _day(_utc: datetime, local: datetime) -> str:
    return f"{local:%Y-%m-%d}"


def _week(_utc: datetime, local: datetime) -> str:
    return f"{local:%G-W%V}"


_PERIODS: Final[Mapping[Cadence, Callable[[datetime, datetime], str]]] = {
    Cadence.FIVE_MINUTES: _five_minutes,
    Cadence.HOURLY: _hour,
    Cadence.DAILY: _day,
    Cadence.WEEKLY: _week,
}
