"""Running a listener: one subscription, one queue of events in order, and the workers."""

import asyncio
import contextlib
import logging
import math
import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from gqlspaces.listener import documents
from gqlspaces.listener.api import Api
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.errors import CursorRefused
from gqlspaces.listener.event import WORK, Event, event_of
from gqlspaces.listener.introduction import introduction
from gqlspaces.listener.pace import Pace
from gqlspaces.listener.place import Place
from gqlspaces.listener.registration import event_filter
from gqlspaces.listener.stream import Follower, Introduction, Subscribe, over_sse, over_websocket
from gqlspaces.listener.workers import Terms, Workers

if TYPE_CHECKING:
    from gqlspaces.listener.listener import Listener

logger = logging.getLogger("gqlspaces.listener")

_WAITING_EVENTS = 256

_TRANSPORTS: dict[str, Subscribe] = {"websocket": over_websocket, "sse": over_sse}


class Options(TypedDict, total=False):
    """How a listener runs; times in seconds."""

    transport: Literal["websocket", "sse"]
    concurrency: int
    """Jobs worked on at a time; 10."""
    lease_seconds: int
    """For how long a job stays taken after this process has died; 30."""
    sweep_seconds: float
    """How often to look for ready jobs whose event nobody heard; 30."""
    grace: float
    """How long handlers may go on after SIGTERM; 30."""
    on_ready: Callable[[], object]
    """Told once, when the first subscription stands."""
    on_gap: Callable[[CursorRefused], object]
    """Told when the log does not reach back to the last event heard."""
    pace: Pace
    """How calls and connections are repeated."""


class Runner:
    """One run of a listener, from the first connection to the end of the last handler."""

    def __init__(
        self,
        listener: "Listener",
        connection: Connection,
        state: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        self._listener = listener
        self._connection = connection
        self._options = options
        self._pace = options.get("pace") or Pace()
        self._place = Place(state, self._pace.clock)
        self._queue: asyncio.Queue[tuple[str, Event | None] | None] = asyncio.Queue(_WAITING_EVENTS)
        self._stopped = asyncio.Event()
        self._hurried = asyncio.Event()
        self._placed = asyncio.Event()
        self.ready = asyncio.Event()
        """Set once the first subscription stands."""

    def stop(self) -> None:
        """End the run: let handlers finish; called again, do not wait for them."""
        (self._hurried if self._stopped.is_set() else self._stopped).set()

    async def run(self) -> None:
        """Listen until stopped; raise `ApiError` if the server will never let this listener in."""
        if not self._listener.registrations:
            raise ValueError("this listener has no handlers")
        async with Client(self._connection, pace=self._pace) as client:
            with self._signals():
                await self._run(client)

    async def _run(self, client: Client) -> None:
        terms = Terms(
            self._options.get("concurrency", 10),
            self._options.get("lease_seconds", 30),
            self._options.get("sweep_seconds", 30.0),
        )
        workers = Workers(self._listener, client, terms)
        handling = asyncio.create_task(self._handle(), name="handling")
        others = [
            asyncio.create_task(self._read(client, workers), name="reading"),
            asyncio.create_task(self._sweep(workers), name="sweeping"),
            asyncio.create_task(_wait(self._stopped), name="stopping"),
        ]
        grace = 0.0
        try:
            await asyncio.wait([handling, *others], return_when=asyncio.FIRST_COMPLETED)
            grace = self._options.get("grace", 30.0)
        finally:
            await _cancel(*others)
            await self._drain(handling, workers, grace)
        for task in (handling, *others):
            if not task.cancelled() and (error := task.exception()):
                raise error

    async def _read(self, client: Client, workers: Workers) -> None:
        """Bring events from the server to the queue, and wake the workers on the way."""
        api = Api(client)
        cursor = await self._place.load() or await _present(client)
        # Only now: what became ready before the cursor is swept, what comes after is heard.
        self._placed.set()
        follower = Follower(
            connection=self._connection,
            document=documents.EVENTS,
            filter=event_filter(self._listener.registrations),
            subscribe=_TRANSPORTS[self._options.get("transport", "websocket")],
            pace=self._pace,
            on_connected=self._connected,
            on_gap=lambda error: self._miss(error, client, workers),
            introduction=Introduction(
                documents.INTRODUCED_EVENTS,
                introduction(client.holder, self._listener.registrations),
            ),
        )
        async with contextlib.aclosing(follower.follow(cursor)) as items:
            async for item in items:
                event = event_of(item.event, item.cursor, api) if item.event else None
                if event and event.topic in WORK:
                    workers.wake(event)
                await self._queue.put((item.cursor, event))

    async def _sweep(self, workers: Workers) -> None:
        await self._placed.wait()
        await workers.sweep_for_ever()

    async def _handle(self) -> None:
        """Call the handlers of events in the order of the log, except those that take jobs."""
        while item := await self._queue.get():
            cursor, event = item
            if event:
                heard = self._listener.matching(event)
                await self._listener.call(
                    [one for one in heard if not one.works_on(event.topic)], event
                )
            await self._place.move(cursor)

    async def _miss(self, error: CursorRefused, client: Client, workers: Workers) -> str:
        on_gap = self._options.get("on_gap")
        if on_gap:
            on_gap(error)
        cursor = await _present(client)
        workers.sweep_soon()
        return cursor

    def _connected(self) -> None:
        on_ready = self._options.get("on_ready")
        if on_ready and not self.ready.is_set():
            on_ready()
        self.ready.set()

    async def _drain(self, handling: "asyncio.Task[None]", workers: Workers, grace: float) -> None:
        """Let running handlers end; events that nobody has begun with stay for the next run."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)
        finishing = asyncio.create_task(_finish(handling, *workers.stop()), name="finishing")
        hurrying = asyncio.create_task(_wait(self._hurried), name="hurrying")
        await asyncio.wait(
            [finishing, hurrying], timeout=grace, return_when=asyncio.FIRST_COMPLETED
        )
        await _cancel(finishing, hurrying, handling)
        await workers.release()
        await self._place.save()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        caught = []
        for one in (signal.SIGTERM, signal.SIGINT):
            # Only a main thread on POSIX can; anywhere else the caller has to stop the run.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(one, self.stop)
                caught.append(one)
        try:
            yield
        finally:
            for one in caught:
                loop.remove_signal_handler(one)


async def _present(client: Client) -> str:
    """Return the cursor of the present, waiting for the server for as long as it takes."""
    data = await client.execute(documents.EVENT_CURSOR, repeatable=True, patience=math.inf)
    cursor: str = data["eventCursor"]
    return cursor


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _finish(*tasks: "asyncio.Task[None]") -> None:
    await asyncio.wait(tasks)


async def _cancel(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
