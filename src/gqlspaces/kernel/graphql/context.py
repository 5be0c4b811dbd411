"""What a resolver is given: who asks, a view of the database, and batching that needs no list."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import strawberry
from strawberry.dataloader import DataLoader

from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.delivery import Delivery
from gqlspaces.kernel.reader import Reader
from gqlspaces.kernel.transaction import Transaction

MAX_KEYS = 5000
"""How many keys one statement takes; both databases end at some 32,000 parameters."""

Batch: TypeAlias = Callable[[Reader, Sequence[str]], Awaitable[Sequence[Any]]]


@dataclass
class Context:
    """The surroundings of one operation.

    ``lease`` is the fencing token a mutation inside a job carries, ``last_event_id`` the cursor
    an SSE client resumes from. ``services`` are what runs beside requests on this node and features
    need to reach, by their class.
    """

    database: Database
    delivery: Delivery
    principal: Principal
    lease: str | None = None
    last_event_id: str | None = None
    request_id: str | None = None
    services: Mapping[type[Any], Any] = field(default_factory=dict)
    _loaders: dict[Batch, DataLoader[str, Any]] = field(default_factory=dict)

    def for_operation(self) -> "Context":
        """Give a context without memory: for each operation and each event of a stream."""
        return replace(self, _loaders={})

    @property
    def suggestions(self) -> bool:
        """Tell that errors may name what the caller could have meant: it has a key."""
        return True

    @property
    def reader(self) -> Reader:
        """The caller's view of the database."""
        return self.database.reader(self.principal)

    async def load(self, batch: Batch, key: str) -> Any:
        """Give one key's result of a batch function, together with all others asked for now."""
        loader = self._loaders.get(batch)
        if loader is None:

            async def read(keys: list[str]) -> list[Any]:
                return list(await batch(self.reader, keys))

            loader = self._loaders[batch] = DataLoader(load_fn=read, max_batch_size=MAX_KEYS)
        return await loader.load(key)

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open the one transaction of a mutation."""
        return self.database.transaction(self.principal)


Info: TypeAlias = strawberry.Info[Context, Any]
