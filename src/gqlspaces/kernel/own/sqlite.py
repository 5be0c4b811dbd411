"""A file per Space on SQLite: opened on demand, at most so many at once, one writer each.

The main database is another file, so no transaction spans both: what it has to be told stands in
the outbox of the Space until the main database has it (docs/decisions/0010).
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from gqlspaces.kernel.entity import table
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.own.file import SpaceFile, keep
from gqlspaces.kernel.own.main import Main
from gqlspaces.kernel.own.message import Message
from gqlspaces.kernel.own.tables import Delivered
from gqlspaces.kernel.own.transaction import OwnTransaction

logger = logging.getLogger(__name__)

T = TypeVar("T")

THREADS = 16
READERS = 2  # for each Space
RETRY_SECONDS = 1.0

_delivered = table(Delivered)
_INSERT = upsert(_delivered)
_MARK = _INSERT.on_conflict_do_update(
    index_elements=[_delivered.c.space_id], set_={"seq": _INSERT.excluded.seq}
)


@dataclass
class _Open:
    """A Space's file while it is open."""

    file: SpaceFile
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READERS))
    users: int = 0
    fresh: bool = True
    """Whether nobody has looked yet what a crash left in the outbox."""
    behind: bool = False
    """Whether the outbox holds what the main database does not know yet."""
    retrying: bool = False


class Files:
    """The files of Spaces in one folder."""

    def __init__(self, main: Main, folder: Path, *, most_open: int) -> None:
        self._main = main
        self._folder = folder
        self._most_open = most_open
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="space")
        self._retries: set[asyncio.Task[None]] = set()

    async def read(self, space_id: str, work: Callable[[Connection], T]) -> T:
        """Do work that only reads, on a connection of its own."""
        async with self._using(space_id) as one, one.reading:
            return await self._thread(one.file.read, work)

    @asynccontextmanager
    async def write(self, space_id: str) -> AsyncIterator[OwnTransaction]:
        """Open a transaction; others of the same Space wait, those of other Spaces do not."""
        async with self._using(space_id) as one, one.writing:
            await self._thread(one.file.begin)
            transaction = OwnTransaction(lambda work: self._thread(one.file.run, work))
            try:
                yield transaction
                for message in transaction.told:
                    await self._thread(one.file.run, keep(message.stored()))
                await self._thread(one.file.commit)
            except BaseException:
                await self._thread(one.file.rollback)
                raise
            if transaction.told:
                await self._catch_up(space_id, one)

    async def exists(self, space_id: str) -> bool:
        """Tell whether a Space has a file."""
        return space_id in self._open or await self._thread(self._path(space_id).exists)

    async def all(self) -> set[str]:
        """Give the Spaces that have files."""
        return await self._thread(lambda: {path.stem for path in self._folder.glob("sp_*.db")})

    async def drop(self, space_id: str) -> None:
        """Close and remove the file of a Space."""
        one = self._open.pop(space_id, None) or _Open(SpaceFile(self._path(space_id)))
        async with AsyncExitStack() as alone:
            await alone.enter_async_context(one.writing)
            for _ in range(READERS):
                await alone.enter_async_context(one.reading)
            await self._thread(one.file.remove)

    async def recover(self) -> None:
        """Deliver what stands in files that were not closed; remove those of no Space."""
        found = (
            {path.stem for path in self._folder.glob("sp_*.db")} if self._folder.is_dir() else ()
        )
        known = await self._existing()
        for space_id in found:
            if prefix_of(space_id) != "sp":
                continue
            if space_id not in known:
                await self.drop(space_id)
            elif SpaceFile(self._path(space_id)).was_left_open():
                async with self._using(space_id):
                    pass

    async def close(self) -> None:
        """Close every file, with its outbox delivered if that can be."""
        for task in self._retries:
            task.cancel()
        await asyncio.gather(*self._retries, return_exceptions=True)
        for one in self._open.values():
            await self._thread(one.file.close)
        self._open.clear()
        self._threads.shutdown()

    @asynccontextmanager
    async def _using(self, space_id: str) -> AsyncIterator[_Open]:
        one = self._open.get(space_id)
        if one is None:
            one = self._open[space_id] = _Open(SpaceFile(self._path(space_id)))
        self._open.move_to_end(space_id)
        one.users += 1
        try:
            await self._close_idle()
            if one.fresh:
                async with one.writing:
                    if one.fresh:
                        await self._catch_up(space_id, one)
            yield one
        finally:
            one.users -= 1

    async def _close_idle(self) -> None:
        """Close what was not used for the longest time when too many files are open."""
        for space_id in list(self._open):
            if len(self._open) <= self._most_open:
                return
            one = self._open[space_id]
            if not one.users and not one.behind:
                del self._open[space_id]
                await self._thread(one.file.close)

    async def _catch_up(self, space_id: str, one: _Open) -> None:
        """Deliver what the outbox holds; failing that, try again while others go on."""
        one.fresh, one.behind = False, True
        try:
            await self._deliver(space_id, one)
            one.behind = False
        except Exception:
            logger.exception("the events of %s wait in its outbox; trying again", space_id)
            if not one.retrying:
                one.retrying = True
                task = asyncio.create_task(self._try_again(space_id, one))
                self._retries.add(task)
                task.add_done_callback(self._retries.discard)

    async def _try_again(self, space_id: str, one: _Open) -> None:
        await asyncio.sleep(RETRY_SECONDS)
        one.retrying = False
        async with self._using(space_id), one.writing:
            await self._catch_up(space_id, one)

    async def _deliver(self, space_id: str, one: _Open) -> None:
        waiting = await self._thread(one.file.waiting)
        if not waiting or space_id not in await self._existing(space_id):
            return
        newest = waiting[-1][0]
        async with self._main.maintenance() as connection:
            head = await connection.run_sync(self._tell, space_id, waiting)
            await connection.execute(_MARK, {"space_id": space_id, "seq": newest})
        one.file.delivered = newest
        if head is not None:
            self._main.hint(waiting[-1][1]["environment"], head)

    def _tell(
        self, connection: Connection, space_id: str, waiting: list[tuple[int, dict[str, Any]]]
    ) -> int | None:
        """Write what the main database does not know yet; give the new head of the log."""
        known = select(_delivered.c.seq).where(_delivered.c.space_id == space_id)
        done = connection.scalar(known) or 0
        head = None
        for seq, kept in waiting:
            if seq > done:
                message = Message.restored(kept)
                head = message.deliver(connection, self._main.rules.projection) or head
        return head

    async def _existing(self, *space_ids: str) -> set[str]:
        """Give those Spaces that there are, of the given ones or of all."""
        spaces = Delivered.metadata.tables["space"].c.id
        wanted = select(spaces).where(spaces.in_(space_ids)) if space_ids else select(spaces)
        return {row.id for row in await self._main.fetch(wanted, {})}

    async def _thread(self, work: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *arguments)

    def _path(self, space_id: str) -> Path:
        return self._folder / f"{space_id}.db"
