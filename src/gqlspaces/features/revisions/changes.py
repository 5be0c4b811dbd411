"""Following a Space: a copy of it, then whatever changes, so that the copy stays right."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select

from gqlspaces.features.records.counts import Counts, load_counts
from gqlspaces.features.revisions.anatomy import Document, Op, put, rows_of
from gqlspaces.features.revisions.history import newest
from gqlspaces.features.revisions.model import Revision
from gqlspaces.features.sheets.model import Sheet
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.delivery import BATCH, Delivery
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.log import READ_AFTER, Event, Position, read_page
from gqlspaces.kernel.reader import Reader

_revisions = table(Revision).c
_SINCE = (
    select(_revisions.number, _revisions.changes)
    .where(
        _revisions.space_id == bindparam("space"),
        _revisions.number > bindparam("since"),
        _revisions.number <= bindparam("until"),
    )
    .order_by(_revisions.number)
)


@dataclass(frozen=True, slots=True)
class SpaceChange:
    """One step of a stream: a whole copy, or changes of the copy that one has."""

    cursor: str
    version: int | None
    space: Document | None = None
    changes: Sequence[Op] = field(default=())
    actor_id: str | None = None
    happened_at: datetime | None = None


async def follow_space(
    delivery: Delivery, principal: Principal, id: str, *, after: str | None
) -> AsyncGenerator[SpaceChange, None]:
    """Give a copy of a Space and then its changes, or only those after a cursor; ends with it."""
    reader = delivery.database.reader(principal)
    position = await delivery.database.position(principal.environment_id)
    if position is None or await reader.find(Space, id) is None:
        raise _missing(id)
    follower = _Follower(reader, position, id)
    if after is None:
        yield await follower.copy(position.head)
    else:
        await follower.resume(position.seq_of(after))
    async with aclosing(delivery.batches(principal.environment_id, follower.seq)) as batches:
        async for batch in batches:
            for event in batch:
                if event.space_id != id or event.seq <= follower.seq:
                    continue
                changes = await follower.after(event)
                if changes is None:
                    return
                for change in changes:
                    yield change


class _Follower:
    """What the copy at the other end holds: the Space at ``version``, None while that is unknown.

    ``seq`` is an event up to which the copy holds everything. ``sheets`` are those in the copy; of
    others it must not be told how many records they have.
    """

    def __init__(self, reader: Reader, position: Position, id: str) -> None:
        self._reader = reader
        self._position = position
        self._id = id
        self._version: int | None = None
        self._sheets: set[str] | None = None
        self._events = read_page(forward=True, space_id=id)
        self.seq = 0

    async def copy(self, seq: int) -> SpaceChange:
        """Give the Space as it is now, which may be further than event ``seq`` already."""
        moment = await newest(self._reader, self._id)
        if moment is None:
            raise _missing(self._id)
        sheets = [row for noun, row in rows_of(moment.anatomy) if noun == "sh"]
        counts = await load_counts(self._reader, [row["id"] for row in sheets])
        for row, found in zip(sheets, counts, strict=True):
            put(moment.anatomy, _counts_path(row["workbook_id"], row["id"]), _shown(found))
        self._version = moment.number
        self._sheets = {row["id"] for row in sheets}
        self.seq = await self._last_of(moment.number, seq)
        return SpaceChange(self._position.cursor(self.seq), moment.number, moment.anatomy)

    async def _last_of(self, version: int, seq: int) -> int:
        """Give the last event behind ``seq`` of what this version holds, or ``seq`` itself."""
        from_ = seq
        while True:
            parameters = {"environment": self._position.environment_id, "from": from_}
            rows = await self._reader.rows(self._events, parameters | {"limit": BATCH})
            for row in rows:
                its = row.context.get("spaceVersion", 0)
                if its > version:
                    return seq
                seq = row.seq if its else seq
            if len(rows) < BATCH:
                return seq
            from_ = rows[-1].seq

    async def resume(self, seq: int) -> None:
        """Take up behind event ``seq``: if a change made it, the copy holds all of that change."""
        self.seq = seq
        parameters = {
            "environment": self._position.environment_id,
            "after": seq - 1,
            "limit": 1,
        }
        for row in await self._reader.rows(READ_AFTER, parameters):
            if row.seq == seq and row.space_id == self._id:
                self._version = row.context.get("spaceVersion")

    async def after(self, event: Event) -> list[SpaceChange] | None:
        """Give what an event means for the copy; None when nothing more is to be told."""
        if event.topic == "space:deleted" or not self._reader.principal.sees(event.namespace):
            return None
        try:
            return await self._told_by(event)
        except NotFound:
            # The Space was gone, or moved out of sight, before this event was looked at.
            return None

    async def _told_by(self, event: Event) -> list[SpaceChange]:
        if event.topic == "sheet:counts-updated":
            return await self._counted(event)
        version = event.context.get("spaceVersion")
        since = version - 1 if self._version is None and version else self._version
        if version is None or since is None or version <= since:
            return []
        parameters = {"space": self._id, "since": since, "until": version}
        rows = await self._reader.scoped_rows(_SINCE, Revision, parameters)
        if len(rows) != version - since:
            return [await self.copy(event.seq)]
        self._version = version
        for row in rows:
            for id, sheet in _sheets_added(row.changes):
                sheet["recordCounts"] = _shown(Counts())
                if self._sheets is not None:
                    self._sheets.add(id)
        return [self._change(event, row.number, row.changes) for row in rows]

    async def _counted(self, event: Event) -> list[SpaceChange]:
        told, sheet = event.payload, event.payload["sheetId"]
        if self._sheets is not None and sheet not in self._sheets:
            return []
        # A write that was under way when its Sheet was removed is told of after that.
        if await self._reader.find(Sheet, sheet) is None:
            return []
        value = {name: told["counts"][name] for name in ("total", "valid", "error")}
        path = _counts_path(told["workbookId"], sheet)
        change = {"op": "add", "path": path, "value": value}
        return [self._change(event, self._version, [change])]

    def _change(self, event: Event, version: int | None, changes: Sequence[Op]) -> SpaceChange:
        cursor = self._position.cursor(event.seq)
        actor = event.context.get("actorId")
        return SpaceChange(cursor, version, None, changes, actor, event.created_at)


def _sheets_added(changes: Sequence[Op]) -> Iterator[tuple[str, Document]]:
    for change in changes:
        container, id = f"/{change['path']}".split("/")[-2:]
        if change["op"] == "add" and container == "sheets":
            yield id, change["value"]
        elif change["op"] == "add" and container == "workbooks":
            yield from change["value"]["sheets"].items()


def _shown(counts: Counts) -> Document:
    return {"total": counts.total, "valid": counts.valid, "error": counts.error}


def _counts_path(workbook_id: str, sheet_id: str) -> str:
    return f"/workbooks/{workbook_id}/sheets/{sheet_id}/recordCounts"


def _missing(id: str) -> NotFound:
    msg = f"There is no Space {id!r}."
    return NotFound(msg, path=("id",))
