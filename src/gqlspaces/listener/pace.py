"""Time and chance behind one small seam: clocks, waiting, and how long to wait before a retry."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


class Clock:
    """The monotonic clock of this process, in seconds."""

    def now(self) -> float:
        """Return the present moment; only differences have a meaning."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait, letting others run."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Pace:
    """How patiently a call is repeated: exponential, jittered, bounded. All in seconds."""

    first: float = 0.1
    longest: float = 5.0
    patience: float = 30.0
    clock: Clock = field(default_factory=Clock)
    chance: random.Random = field(default_factory=random.Random)

    def delays(self) -> Iterator[float]:
        """Yield one wait after the other, each between half and the whole of its step."""
        step = self.first
        while True:
            yield self.around(step * 0.75, spread=1 / 3)
            step = min(step * 2, self.longest)

    def around(self, seconds: float, *, spread: float = 0.2) -> float:
        """Return `seconds` with chance mixed in, so that many listeners do not act at once."""
        return seconds * (1 + spread * (2 * self.chance.random() - 1))
