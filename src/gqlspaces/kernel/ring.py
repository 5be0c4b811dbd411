"""The newest events of one environment, shared by all who follow it."""

import asyncio
from collections import deque
from collections.abc import Sequence

from gqlspaces.kernel.log import Event


class Ring:
    """A bounded run of consecutive events that wakes its readers when it grows.

    A reader holds nothing but the number of the last event it saw, so a slow one costs no memory:
    what it missed here it reads from the log.
    """

    def __init__(self, head: int, size: int) -> None:
        """Start empty, behind event ``head``."""
        self.head = head
        self._events: deque[Event] = deque(maxlen=size)
        self._grown = asyncio.Event()

    def extend(self, events: Sequence[Event]) -> None:
        """Add the events that follow the head; a hole is a bug, for it would be a lost event."""
        for event in events:
            if event.seq != self.head + 1:
                msg = f"event {event.seq} cannot follow {self.head}"
                raise ValueError(msg)
            self.head = event.seq
            self._events.append(event)
        if events:
            self._wake()

    def after(self, seq: int, limit: int) -> list[Event] | None:
        """Give up to ``limit`` events after ``seq``, or None when they are no longer all here."""
        if seq >= self.head:
            return []
        behind = self.head - seq
        if behind > len(self._events):
            return None
        start = len(self._events) - behind
        end = min(start + limit, len(self._events))
        return [self._events[index] for index in range(start, end)]

    def restart(self, head: int) -> None:
        """Begin again behind event ``head``, after more was missed than can be read."""
        self._events.clear()
        self.head = head
        self._wake()

    async def grown_past(self, seq: int, timeout: float | None = None) -> bool:  # noqa: ASYNC109
        """Wait until there is an event after ``seq``; tell whether it came within ``timeout``."""
        try:
            async with asyncio.timeout(timeout):
                while self.head <= seq:
                    await self._grown.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
