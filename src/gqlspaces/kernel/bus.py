"""Hints between writers and readers of the log: "environment E now ends at N".

A bus may lose, double or reorder hints; the log is the truth and a slow poll the fallback.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

Listener: TypeAlias = Callable[[str, int], None]


class Bus(Protocol):
    """Carries hints to everyone who follows the log."""

    def hint(self, environment_id: str, head: int) -> None:
        """Say that a log has grown; never raises, never waits."""
        ...

    def attach(self, listener: Listener) -> None:
        """Call ``listener`` with every hint that arrives."""
        ...

    async def close(self) -> None:
        """Stop carrying hints."""
        ...


class MemoryBus:
    """The bus inside one process."""

    def __init__(self) -> None:
        """Start with nobody attached."""
        self._listeners: list[Listener] = []

    def hint(self, environment_id: str, head: int) -> None:
        """Tell everyone attached."""
        for listener in self._listeners:
            listener(environment_id, head)

    def attach(self, listener: Listener) -> None:
        """Call ``listener`` with every hint."""
        self._listeners.append(listener)

    async def close(self) -> None:
        """Forget everyone."""
        self._listeners.clear()
