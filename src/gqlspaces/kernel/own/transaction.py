"""What a Space's own database offers to those who read and write it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from gqlspaces.kernel.own.message import Message

T = TypeVar("T")

Runner = Callable[[Callable[[Connection], Any]], Awaitable[Any]]


@dataclass
class OwnTransaction:
    """One unit of writing in one Space, alone there until it ends.

    Statements run in plain functions over a connection, beside the event loop where the database
    allows it. ``tell`` is delivered exactly once if the transaction commits, and never if not.
    """

    runner: Runner
    told: list[Message] = field(default_factory=list)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do work over the connection and give what it gives."""
        result: T = await self.runner(work)
        return result

    def tell(self, message: Message) -> None:
        """Have events and facts written to the main database with this transaction."""
        self.told.append(message)


class OwnDatabases(Protocol):
    """The databases that Spaces have for themselves, by the id of the Space."""

    async def read(self, space_id: str, work: Callable[[Connection], T]) -> T:
        """Do work that only reads, in one snapshot."""
        ...

    def write(self, space_id: str) -> AbstractAsyncContextManager[OwnTransaction]:
        """Open a transaction that commits when its block ends well, and else leaves no trace."""
        ...

    async def exists(self, space_id: str) -> bool:
        """Tell whether anything was ever kept for a Space."""
        ...

    async def all(self) -> set[str]:
        """Give the Spaces for which anything was ever kept."""
        ...

    async def drop(self, space_id: str) -> None:
        """Remove what a Space held."""
        ...

    async def recover(self) -> None:
        """Deliver what a crash left in outboxes; remove what belongs to no Space any more."""
        ...

    async def close(self) -> None:
        """Give everything back."""
        ...
