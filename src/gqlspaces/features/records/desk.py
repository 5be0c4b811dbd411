"""Where a caller writes records: the main database says what a Sheet is, its own one holds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection

from gqlspaces.features.records import answers, commits, sort_index
from gqlspaces.features.records.conditions import sqlite
from gqlspaces.features.records.numbers import commit_number
from gqlspaces.features.records.projection import facts_of
from gqlspaces.features.records.rulebook import Rulebooks
from gqlspaces.features.records.state import make_state
from gqlspaces.features.records.structure import Structure, Structures
from gqlspaces.features.records.topics import Teller, Told
from gqlspaces.features.records.writing import Writing
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.errors import Conflict, NotFound
from gqlspaces.kernel.own.file import register
from gqlspaces.kernel.own.message import Message

T = TypeVar("T")

Work: TypeAlias = Callable[[Writing], Mapping[str, Any]]
"""What is done to the records of a Sheet; gives what to answer beside the commit, as JSON."""

register(sqlite.register)

STRUCTURES: Final = Structures()
"""What is remembered of Workbooks; an entry is good while the version of its Space stands."""


@dataclass(frozen=True, slots=True)
class Order:
    """The circumstances of a write.

    ``answers`` is the commit that it answers, ``completes`` says that this ends it unless a row is
    rejected, ``key`` and ``request`` make it repeatable, and ``overrides`` lets it change what is
    locked or read-only.
    """

    answers: str | None = None
    completes: bool = True
    key: str | None = None
    request: str = ""
    overrides: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: its commit, or None when nothing was to be done, and its answer."""

    structure: Structure
    commit_n: int | None
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """A caller who works on records; ``actor_id`` is who acts in the events."""

    database: Database
    principal: Principal
    actor_id: str

    async def structure(self, sheet_id: str, *, path: tuple[str, ...] = ("sheetId",)) -> Structure:
        """Give what a Sheet is, or raise NotFound."""
        reader = self.database.reader(self.principal)
        return await STRUCTURES.of_sheet(reader, sheet_id, path=path)

    async def write(
        self,
        sheet_id: str,
        work: Work,
        order: Order | None = None,
        *,
        path: tuple[str, ...] = ("sheetId",),
    ) -> Written:
        """Write to the records of a Sheet, in one transaction that makes one commit."""
        wanted = order or Order()
        return await self._session(
            sheet_id, lambda session, one: session.write(one, work, wanted, path), path=path
        )

    async def complete(self, commit_id: str, sheet_id: str, *, path: tuple[str, ...]) -> Written:
        """Complete a commit; completing it again changes nothing."""

        def work(session: Session, connection: Connection) -> Written:
            writing = session.begin(connection)
            n = known_commit(writing, commit_id, path)
            writing.complete(n, by=self.actor_id)
            session.end(writing)
            return Written(session.structure, n)

        return await self._session(sheet_id, work, path=path)

    async def maintain(self, sheet_id: str, work: Callable[[Writing], T]) -> T:
        """Do what no commit tells of, such as judging records by changed rules."""

        def maintained(session: Session, connection: Connection) -> T:
            writing = session.begin(connection)
            result = work(writing)
            session.end(writing)
            return result

        return await self._session(sheet_id, maintained)

    async def _session(
        self,
        sheet_id: str,
        work: Callable[["Session", Connection], T],
        *,
        path: tuple[str, ...] = ("sheetId",),
    ) -> T:
        space_id = (await self.structure(sheet_id, path=path)).sheet.space_id
        async with self.database.own.write(space_id) as own:
            # Read again while nobody else writes: what the records are judged by is of now.
            structure = await self.structure(sheet_id, path=path)
            session = Session(self, structure, await self.database.now())
            result = await own.run(lambda connection: work(session, connection))
            for message in session.messages:
                own.tell(message)
        return result


async def seated(database: Database, principal: Principal, lease: str | None) -> Desk:
    """Seat a caller; one that works on a job under a lease must hold it still."""
    actor_id = principal.key_id
    if lease:
        async with database.transaction(principal) as tx:
            await tx.rules.fence(tx, lease)
            actor_id = tx.actor_id
    return Desk(database, principal, actor_id)


@dataclass(frozen=True)
class Session:
    """One transaction, while it has the Space to itself; ``messages`` are what it tells."""

    desk: Desk
    structure: Structure
    now: datetime
    messages: list[Message] = field(default_factory=list)

    def begin(self, connection: Connection) -> Writing:
        """Open the Sheet for writing."""
        state = make_state(connection, self.structure.sheet.id)
        rulebooks = Rulebooks(connection, self.structure.around)
        rulebooks.admit(state)
        rulebook = rulebooks.of(state.sheet_id)
        if not state.total:
            # Nothing was judged by other rules, and nothing is there to be indexed.
            state.digest = rulebook.rules.digest
            sort_index.align(connection, rulebook)
        return Writing(connection, rulebooks, rulebook, self.now)

    def write(
        self, connection: Connection, work: Work, order: Order, path: tuple[str, ...]
    ) -> Written:
        """Do work that makes a commit, unless this very request did it before."""
        kept = self._kept(connection, order)
        if kept is not None:
            return Written(self.structure, kept["commit"], kept["answer"])
        if self.structure.sheet.locked_at is not None and not order.overrides:
            msg = "The Sheet is locked; unlock it to change its records."
            raise Conflict(msg, path=path)
        writing = self.begin(connection)
        answered = order.answers and known_commit(writing, order.answers, ("answers",))
        answer = work(writing)
        by = self.desk.actor_id
        is_done = not self.structure.tracks_changes or answered is not None
        writing.finish(by=by, answers=answered or None, completed=is_done)
        if answered and order.completes and not answer.get("rejected"):
            writing.complete(answered, by=by)
        self.end(writing)
        written = Written(self.structure, writing.commit_n or None, answer)
        if order.key is not None:
            answers.keep(
                connection,
                caller=self.desk.principal.key_id,
                key=order.key,
                request=order.request,
                outcome={"commit": written.commit_n, "answer": dict(answer)},
                now=self.now,
            )
        return written

    def end(self, writing: Writing) -> None:
        """Save what is known of every Sheet that was touched, and tell of it."""
        for one in (writing, *writing.elsewhere.values()):
            if one.state.sheet_id in writing.stale:
                one.state.digest = ""
            sheet = self.structure.around.sheets.get(one.state.sheet_id, self.structure.sheet)
            structure = Structure(sheet, self.structure.around)
            one.state.save(writing.connection)
            told = self._told(one, structure)
            if told or one.state.sheet_id in writing.stale:
                self.messages.append(
                    self._teller(structure).message(self._facts(one, structure), told)
                )

    def _kept(self, connection: Connection, order: Order) -> Any | None:
        if order.key is None:
            return None
        caller = self.desk.principal.key_id
        return answers.kept(connection, caller=caller, key=order.key, request=order.request)

    def _told(self, writing: Writing, structure: Structure) -> list[Told]:
        teller = self._teller(structure)
        counts = {what: len(numbers) for what, numbers in writing.touched.items()}
        told = list(writing.told)
        if writing.commit_n:
            told += teller.written(writing.commit_n, writing.touched, writing.cells)
            told.append(teller.commit_created(writing.commit_n, counts, writing.answers))
        if structure.tracks_changes:
            told += [teller.commit_completed(n) for n in writing.completed]
        if writing.commit_n or writing.reviewed:
            state = writing.state
            told.append(teller.counted(state.total, state.valid, counts["updated"]))
        return told

    def _facts(self, writing: Writing, structure: Structure) -> dict[str, Any]:
        count, oldest = commits.open_commits(writing.connection, writing.state)
        timeout = structure.commit_timeout
        due_at = oldest + timedelta(seconds=timeout) if oldest and timeout else None
        return facts_of(writing.state, open_commits=count, due_at=due_at, at=self.now)

    def _teller(self, structure: Structure) -> Teller:
        desk = self.desk
        return Teller(structure, desk.principal.environment_id, desk.actor_id, self.now)


def known_commit(writing: Writing, id: str, path: tuple[str, ...]) -> int:
    """Give the number of a commit that there is, or raise NotFound."""
    state = writing.state
    n = commit_number(id, state.sheet_id, state.number, path=path)
    if n not in commits.find_commits(writing.connection, [n]):
        raise NotFound(f"There is no Commit {id!r} of this Sheet.", path=path)
    return n
