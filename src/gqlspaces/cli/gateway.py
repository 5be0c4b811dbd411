"""A gateway as the commands that are its clients see it, and its refusals explained."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from gqlspaces.cli.failure import Failure, Misuse
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.errors import ApiError, Unreachable
from gqlspaces.listener.stream import over_websocket

if TYPE_CHECKING:
    from gqlspaces.settings import Settings

T = TypeVar("T")

INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended

ADVICE = {
    "UNAUTHENTICATED": "Set GQLSPACES_KEY to a key of this gateway; `gqlspaces keys` makes one.",
    "FORBIDDEN": "The key lacks a scope for this; `gqlspaces keys` makes another.",
    "FORBIDDEN_NAMESPACE": "The key is limited to other namespaces.",
    "CURSOR_EXPIRED": "The log no longer goes back so far; leave out --after to start now.",
    "CURSOR_INVALID": "The cursor is of another gateway; leave out --after to start now.",
}


def run(settings: "Settings", work: Callable[[Client], Awaitable[T]]) -> T:
    """What `work` returns, given a client; a refusal of the gateway becomes a Failure."""
    try:
        return asyncio.run(_with_client(settings, work))
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except Unreachable:
        raise Failure(
            f"no answer from {settings.url}",
            advice="Start a gateway with `gqlspaces serve`, or name another with --url.",
        ) from None
    except ApiError as error:
        raise refused(error) from None


def refused(error: ApiError) -> Failure:
    """What the gateway said no to, with what to do about it."""
    return Failure(f"{error} ({error.code})", advice=ADVICE.get(error.code, ""))


async def _with_client(settings: "Settings", work: Callable[[Client], Awaitable[T]]) -> T:
    if settings.key is None:
        raise Misuse("a key is needed", advice="Set GQLSPACES_KEY, or write it to .env.")
    connection = Connection(settings.url, settings.key.get_secret_value())
    async with Client(connection) as client:
        return await work(client)


async def ask(client: Client, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a query; a person waits, so nothing is tried twice."""
    return await client.execute(document, variables, patience=0)


async def watch(
    client: Client,
    document: str,
    variables: Mapping[str, Any],
    finished: Callable[[Mapping[str, Any]], bool],
) -> AsyncIterator[Mapping[str, Any]]:
    """The answers of a subscription that begins with the present state, up to a finished one.

    A connection that ends before is opened anew; that there never was one is an error.
    """
    met = asyncio.Event()
    delays = client.pace.delays()
    while True:
        try:
            answers = over_websocket(client.connection, document, variables, met.set)
            async with aclosing(answers):
                async for answer in answers:
                    delays = client.pace.delays()
                    yield answer
                    if finished(answer):
                        return
        except Unreachable:
            if not met.is_set():
                raise
        await client.pace.clock.sleep(next(delays))
