"""How much is measured, and for how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """The sizes of one run; `seconds` is the length of one sample of requests."""

    rounds: int
    seconds: float
    spaces: int
    connections: tuple[int, ...]
    subscribers: int
    sheets: int  # of each burst, which has one event more
    records: int


FULL = Effort(
    rounds=7,
    seconds=0.7,
    spaces=100,
    connections=(1, 16),
    subscribers=500,
    sheets=9,
    records=1_000_000,
)
QUICK = Effort(
    rounds=1,
    seconds=0.1,
    spaces=3,
    connections=(1, 2),
    subscribers=10,
    sheets=2,
    records=20_000,
)
