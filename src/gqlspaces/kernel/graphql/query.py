"""Root fields of queries and subscriptions: each says which scope it needs."""

import inspect
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing
from functools import wraps
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.connection import bad_input
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.inputs import sent

Resolver = Callable[..., Any]

MAX_TEXT = 10_000
# No database can compare these with what it stores.
_UNASKABLE = re.compile("[\x00\ud800-\udfff]")


def query(scope: Scope | None, **descriptions: str) -> Callable[[Resolver], Any]:
    """Declare a query; None means that any valid key may ask. ``descriptions`` are of arguments."""

    def decorate(resolver: Resolver) -> Any:
        @wraps(resolver)
        async def resolve(info: Info, **arguments: Any) -> Any:
            _check(info, scope, arguments)
            return await resolver(info=info, **arguments)

        made = strawberry.field(resolver=resolve, **_facts(resolver, scope))
        return _described(made, descriptions)

    return decorate


def asked(kind: Any, **descriptions: str) -> Callable[[Resolver], Any]:
    """Declare a field of a type that takes arguments; ``kind`` is what it gives."""

    def decorate(resolver: Resolver) -> Any:
        resolver.__annotations__["return"] = kind

        @wraps(resolver)
        async def resolve(root: Any, info: Info, **arguments: Any) -> Any:
            _check(info, None, arguments)
            return await resolver(root=root, info=info, **arguments)

        made = strawberry.field(resolver=resolve, description=inspect.getdoc(resolver))
        return _described(made, descriptions)

    return decorate


def subscription(
    scope: Scope, *, called: str | None = None, **descriptions: str
) -> Callable[[Resolver], Any]:
    """Declare a subscription; ``called`` is its name where that differs from the resolver's."""

    def decorate(resolver: Resolver) -> Any:
        @wraps(resolver)
        async def resolve(info: Info, **arguments: Any) -> AsyncIterator[Any]:
            _check(info, scope, arguments)
            # Closed with this one, not when it happens to be collected as garbage.
            async with aclosing(resolver(info=info, **arguments)) as items:
                async for item in items:
                    yield item

        made = strawberry.subscription(resolver=resolve, name=called, **_facts(resolver, scope))
        return _described(made, descriptions)

    return decorate


def _check(info: Info, scope: Scope | None, arguments: Mapping[str, Any]) -> None:
    if scope is not None:
        info.context.principal.require(scope)
    for name, value in arguments.items():
        if any(len(text) > MAX_TEXT or _UNASKABLE.search(text) for text in _texts(value)):
            message = f"A text has at most {MAX_TEXT} characters, none of them NUL or a surrogate."
            raise bad_input(message, to_camel_case(name))


def _texts(argument: Any) -> Iterator[str]:
    """Give every text in an argument, keys of JSON included."""
    pending = [sent(argument)]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            pending += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            pending += value


def _facts(resolver: Resolver, scope: Scope | None) -> dict[str, Any]:
    return {"description": inspect.getdoc(resolver), "metadata": {"scope": scope or "any"}}


def _described(made: Any, descriptions: dict[str, str]) -> Any:
    for argument in made.arguments:
        argument.description = descriptions[argument.python_name]
    return made
