"""Time behind a seam: one clock for everything that expires or is ordered by time."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time of a transaction comes from when it is not the database."""

    def now(self) -> datetime:
        """Give the present moment, UTC."""
        ...


class SystemClock:
    """The clock of this machine: enough where one process owns the database."""

    def now(self) -> datetime:
        """Give the present moment, UTC."""
        return datetime.now(UTC)
