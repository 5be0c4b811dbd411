"""Two things measured in turns, so that what else a machine does falls on both alike."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Sample:
    """What one measurement counted, and the wall and processor seconds that it took.

    The processor seconds are those of the process that served; None where they are not known.
    """

    count: int
    seconds: float
    cpu_seconds: float | None = None

    @property
    def rate(self) -> float:
        """How many in a second."""
        return self.count / self.seconds


@dataclass(frozen=True, slots=True)
class Comparison:
    """Samples of the gateway (`ours`) and of its yardstick, pairwise of the same round."""

    name: str
    ours: Sequence[Sample]
    yardstick: Sequence[Sample]

    @property
    def ratios(self) -> list[float]:
        """The gateway's rate as a multiple of the yardstick's, round by round."""
        pairs = zip(self.ours, self.yardstick, strict=True)
        return [ours.rate / yardstick.rate for ours, yardstick in pairs]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def ratio_per_cpu(self) -> float | None:
        """The same of what a processor second serves, over all rounds together."""
        ours, yardstick = rate_per_cpu(self.ours), rate_per_cpu(self.yardstick)
        return ours / yardstick if ours and yardstick else None


@dataclass(frozen=True, slots=True)
class Table:
    """The comparisons of one quantity: what is counted, against what, and what else was seen."""

    title: str
    yardstick: str
    comparisons: Sequence[Comparison]
    note: str = ""


Measure: TypeAlias = Callable[[], Awaitable[Sample]]
Advance: TypeAlias = Callable[[], None]


async def compare(
    name: str, ours: Measure, yardstick: Measure, *, rounds: int, advance: Advance
) -> Comparison:
    """Measure both in every round, first one first, then the other; `advance` after each."""
    taken: dict[Measure, list[Sample]] = {ours: [], yardstick: []}
    for number in range(rounds):
        for measure in (ours, yardstick) if number % 2 == 0 else (yardstick, ours):
            taken[measure].append(await measure())
            advance()
    return Comparison(name, taken[ours], taken[yardstick])


def rate(samples: Sequence[Sample]) -> float:
    """The median rate of some samples."""
    return median(sample.rate for sample in samples)


def rate_per_cpu(samples: Sequence[Sample]) -> float | None:
    """How many a processor second served, over all samples: single ones are too short to say."""
    spent = [sample.cpu_seconds for sample in samples if sample.cpu_seconds is not None]
    if len(spent) < len(samples) or not sum(spent):
        return None
    return sum(sample.count for sample in samples) / sum(spent)


def connected(connections: int) -> str:
    """The name of a comparison over so many connections."""
    return f"{connections} connection{'s' if connections > 1 else ''}"
