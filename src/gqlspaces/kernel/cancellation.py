"""Work that is carried to its end even when the caller gives up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Await work to its end; a cancellation of the caller is raised only then.

    A driver that is cancelled in the middle of a statement gives its connection up, on SQLite with
    the lock that keeps every other writer out.
    """
    task = asyncio.ensure_future(work)
    gave_up: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            gave_up = error
    if gave_up is None:
        return task.result()
    if not task.cancelled():
        task.exception()  # asked for, or asyncio would report that nobody did
    raise gave_up
