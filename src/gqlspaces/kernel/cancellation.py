"""Work that is carried to its end even when the caller gives up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Await work to its end; a cancellation of the caller is raised only then.

    A driver that is cancelled in the middle of a statement loses its connection, and on SQLite
    the lock on the only writer with it.
    """
    task = asyncio.ensure_future(work)
    gave_up: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            gave_up = error
    if gave_up is not None:
        # Asking for the exception keeps asyncio from reporting one that nobody waits for.
        del gave_up
        task.cancelled() or task.exception()
        raise asyncio.CancelledError
    return task.result()
