"""What the transports need from the rest of the product, and what they give to it."""

import time
from asyncio import Event
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from graphql import ExecutionResult

from gqlspaces.kernel.graphql.engine import Context, Prepared
from gqlspaces.kernel.graphql.limits import Limits
from gqlspaces.kernel.graphql.server.request import OperationRequest
from gqlspaces.kernel.http.caller import Credentials

Results: TypeAlias = AsyncGenerator[ExecutionResult, None]


class Engine(Protocol):
    """The executor of documents; SchemaEngine is one."""

    def prepare(
        self, query: str, operation_name: str | None = None, *, suggestions: bool = False
    ) -> Prepared:
        """Parse and validate a document and pick its operation, or raise RequestRefused."""
        ...

    async def execute(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> ExecutionResult:
        """Execute a query or mutation, or raise RequestRefused."""
        ...

    def subscribe(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> Results:
        """Give the results of a subscription; iterating may raise RequestRefused."""
        ...


# Gives the context of the caller, or raises a DomainError such as Unauthenticated.
Authenticate: TypeAlias = Callable[[Credentials], Awaitable[Context]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All that the transports share; ``clock`` gives monotonic seconds.

    ``allowed_origins`` are the origins whose pages may open a WebSocket beside those of this
    host. ``closing`` is set when the server wants to stop.
    """

    engine: Engine
    authenticate: Authenticate
    limits: Limits = field(default_factory=Limits)
    allowed_origins: frozenset[str] = frozenset()
    clock: Callable[[], float] = time.monotonic
    closing: Event = field(default_factory=Event)

    def prepare(self, request: OperationRequest, context: Context) -> Prepared:
        """Prepare the document of a request for this caller, or raise RequestRefused."""
        return self.engine.prepare(
            request.query, request.operation_name, suggestions=context.suggestions
        )

    async def results(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> Results:
        """Give the results of any operation: one, or for a subscription those of its events.

        Raises RequestRefused when it cannot start or cannot go on.
        """
        if not prepared.is_subscription:
            yield await self.engine.execute(prepared, variables, context)
            return
        events = self.engine.subscribe(prepared, variables, context)
        async with aclosing(events):
            async for result in events:
                yield result
