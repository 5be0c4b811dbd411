"""What a Space's own database needs of the main one."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from gqlspaces.kernel.own.message import Projection
from gqlspaces.kernel.reader import AnyRow


class _Rules(Protocol):
    @property
    def projection(self) -> Projection: ...


class Main(Protocol):
    """The main database, as far as its siblings know it."""

    @property
    def rules(self) -> _Rules:
        """What the features told the kernel."""
        ...

    @property
    def hint(self) -> Any:
        """Tells readers that the log of an environment ends further on now."""
        ...

    def maintenance(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction that no rule listens to."""
        ...

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend a connection that reads, on PostgreSQL: an embedded one has none to lend."""
        ...

    async def fetch(self, statement: Select[Any], parameters: dict[str, Any]) -> Sequence[AnyRow]:
        """Run one reading statement."""
        ...
