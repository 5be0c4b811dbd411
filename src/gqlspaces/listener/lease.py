"""The claim of one replica on one job, for as long as it is renewed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from gqlspaces.listener.entities import Job
from gqlspaces.listener.errors import ApiError
from gqlspaces.listener.pace import Clock

_TIME_TO_CANCEL = 1.0


def _nobody() -> None:
    """Do nothing: no handler runs under this lease."""


@dataclass(eq=False)
class Lease:
    """A job held until `deadline`; `seconds` is what each renewal asks for.

    `split` is the job as it was when its handler began to wait for its parts.
    """

    job_id: str
    token: str = field(repr=False)
    seconds: float
    clock: Clock = field(default_factory=Clock, repr=False)
    split: Job | None = None
    settling: bool = False
    settled: bool = False
    lost: ApiError | None = None
    on_lost: Callable[[], object] = field(default=_nobody, repr=False)
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.renewed(self.clock.now())

    @property
    def header(self) -> str:
        """The value of the header that fences mutations made inside the job."""
        return f"{self.job_id} {self.token}"

    @property
    def remaining(self) -> float:
        """Seconds until the server may give the job to another replica."""
        return self.deadline - self.clock.now()

    def renewed(self, asked_at: float) -> None:
        """Count anew from the moment when the renewal was asked for, not from its answer."""
        self.deadline = asked_at + self.seconds

    def lose(self, error: ApiError) -> None:
        """Stop the work: somebody else may hold the job by now."""
        if self.lost is None:
            self.lost = error
            self.on_lost()

    async def stop(self, error: ApiError) -> None:
        """Lose the lease and wait for the cancellation, which the handler sees instead of `error`.

        It returns only in a task that the handler started and nobody awaits.
        """
        self.lose(error)
        await asyncio.sleep(_TIME_TO_CANCEL)
