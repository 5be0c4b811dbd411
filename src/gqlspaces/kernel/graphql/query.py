"""Root fields of queries and subscriptions: each says which scope it needs."""

import inspect
from collections.abc import AsyncIterator, Callable
from functools import wraps
from typing import Any

import strawberry

from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.context import Info

Resolver = Callable[..., Any]


def query(scope: Scope | None, **descriptions: str) -> Callable[[Resolver], Any]:
    """Declare a query; None means that any valid key may ask. ``descriptions`` are of arguments."""

    def decorate(resolver: Resolver) -> Any:
        @wraps(resolver)
        async def resolve(info: Info, **arguments: Any) -> Any:
            _check(info, scope)
            return await resolver(info=info, **arguments)

        made = strawberry.field(resolver=resolve, **_facts(resolver, scope))
        return _described(made, descriptions)

    return decorate


def subscription(
    scope: Scope, *, called: str | None = None, **descriptions: str
) -> Callable[[Resolver], Any]:
    """Declare a subscription; ``called`` is its name where that differs from the resolver's."""

    def decorate(resolver: Resolver) -> Any:
        @wraps(resolver)
        async def resolve(info: Info, **arguments: Any) -> AsyncIterator[Any]:
            _check(info, scope)
            async for item in resolver(info=info, **arguments):
                yield item

        made = strawberry.subscription(resolver=resolve, name=called, **_facts(resolver, scope))
        return _described(made, descriptions)

    return decorate


def _check(info: Info, scope: Scope | None) -> None:
    if scope is not None:
        info.context.principal.require(scope)


def _facts(resolver: Resolver, scope: Scope | None) -> dict[str, Any]:
    return {"description": inspect.getdoc(resolver), "metadata": {"scope": scope or "any"}}


def _described(made: Any, descriptions: dict[str, str]) -> Any:
    for argument in made.arguments:
        argument.description = descriptions[argument.python_name]
    return made
