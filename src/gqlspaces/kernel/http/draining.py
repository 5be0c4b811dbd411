"""Stopping a server without loss: what is under way is counted, and waited for."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Attendance:
    """How many requests are under way; ``closing`` is set when the server wants to stop."""

    def __init__(self, closing: asyncio.Event) -> None:
        self.closing = closing
        self._present = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def attending(self) -> Iterator[None]:
        """Count a request for as long as the block lasts."""
        self._present += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._present -= 1
            if not self._present:
                self._empty.set()

    async def drain(self, seconds: float) -> None:
        """Say that the server is closing, and wait until nothing is under way, at most so long."""
        self.closing.set()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return
