"""Where a caller writes records: the main database says what a Sheet is, its own one holds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from gqlspaces.features.records import answers, commits
from gqlspaces.features.records.conditions import sqlite
from gqlspaces.features.records.numbers import commit_number
from gqlspaces.features.records.projection import facts_of
from gqlspaces.features.records.rulebook import Rulebooks
from gqlspaces.features.records.state import make_state
from gqlspaces.features.records.structure import Structure, Structures
from gqlspaces.features.records.topics import Teller
from gqlspaces.features.records.writing import Writing
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.errors import Conflict, NotFound
from gqlspaces.kernel.own.file import register
from gqlspaces.kernel.own.message import Message
from gqlspaces.kernel.own.transaction import OwnTransaction

Work: TypeAlias = Callable[[Writing], Mapping[str, Any]]
"""What is done to the records of a Sheet; gives what to answer beside the commit, as JSON."""

register(sqlite.register)

STRUCTURES: Final = Structures()
"""What is remembered of Workbooks; an entry is good while the version of its Space stands."""


@dataclass(frozen=True, slots=True)
class Order:
    """The circumstances of a write.

    ``answers`` is the commit that it answers, ``key`` and ``request`` make it repeatable,
    ``overrides`` lets it change what is locked or read-only.
    """

    answers: str | None = None
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

    async def write(self, sheet_id: str, work: Work, order: Order | None = None) -> Written:
        """Write to the records of a Sheet, in one transaction that makes one commit."""
        space_id = (await self.structure(sheet_id)).sheet.space_id
        async with self.database.own.write(space_id) as own:
            # Read again while nobody else writes: what the records are judged by is of now.
            session = await self._session(sheet_id, order or Order())
            return await session.carried_out(own, work)

    async def complete(self, commit_id: str, sheet_id: str, *, path: tuple[str, ...]) -> Written:
        """Complete a commit; completing it again changes nothing."""
        space_id = (await self.structure(sheet_id, path=path)).sheet.space_id
        async with self.database.own.write(space_id) as own:
            session = await self._session(sheet_id, Order())
            return await session.completed(own, commit_id, path)

    async def _session(self, sheet_id: str, order: Order) -> "_Session":
        structure = await self.structure(sheet_id)
        now = await self.database.now()
        return _Session(self, structure, order, now)


@dataclass(frozen=True)
class _Session:
    """One write, while it has the Space to itself."""

    desk: Desk
    structure: Structure
    order: Order
    now: datetime

    async def carried_out(self, own: OwnTransaction, work: Work) -> Written:
        written, messages = await own.run(lambda connection: self._perform(connection, work))
        for message in messages:
            own.tell(message)
        return written

    async def completed(
        self, own: OwnTransaction, commit_id: str, path: tuple[str, ...]
    ) -> Written:
        def work(connection: Connection) -> tuple[Written, list[Message]]:
            writing = self._writing(connection)
            n = self._known_commit(writing, commit_id, path)
            told = (
                []
                if not self._complete(writing, n)
                else [self._teller(self.structure).commit_completed(n)]
            )
            messages = [self._message(writing, self.structure, told)] if told else []
            return Written(self.structure, n), messages

        written, messages = await own.run(work)
        for message in messages:
            own.tell(message)
        return written

    def _perform(self, connection: Connection, work: Work) -> tuple[Written, list[Message]]:
        caller, key = self.desk.principal.key_id, self.order.key
        if key is not None:
            kept = answers.kept(connection, caller=caller, key=key, request=self.order.request)
            if kept is not None:
                return Written(self.structure, kept["commit"], kept["answer"]), []
        if self.structure.sheet.locked_at is not None and not self.order.overrides:
            raise Conflict(
                "The Sheet is locked; unlock it to change its records.", path=("sheetId",)
            )
        writing = self._writing(connection)
        answered = self._answered(writing)
        answer = work(writing)
        tracked = self.structure.tracks_changes
        made = writing.finish(
            created_by=self.desk.actor_id,
            answers=answered,
            completed=not tracked or answered is not None,
        )
        told = self._told(writing, answered) if made else []
        if answered is not None and self._complete(writing, answered) and tracked:
            told.append(self._teller(self.structure).commit_completed(answered))
        written = Written(self.structure, writing.commit_n or None, answer)
        if key is not None:
            outcome = {"commit": written.commit_n, "answer": dict(answer)}
            answers.keep(
                connection,
                caller=caller,
                key=key,
                request=self.order.request,
                outcome=outcome,
                now=self.now,
            )
        return written, self._messages(writing, told)

    def _writing(self, connection: Connection) -> Writing:
        sheet = self.structure.sheet
        state = make_state(connection, sheet.id)
        rulebooks = Rulebooks(connection, self.structure.around)
        rulebooks.admit(state)
        rulebook = rulebooks.of(sheet.id)
        if not state.total:
            # Nothing was judged by other rules.
            state.digest = rulebook.rules.digest
        return Writing(connection, rulebooks, rulebook, self.now)

    def _told(self, writing: Writing, answered: int | None) -> list[tuple[str, dict[str, Any]]]:
        teller = self._teller(self.structure)
        counts = {what: len(numbers) for what, numbers in writing.touched.items()}
        return [
            *teller.written(writing.commit_n, writing.touched, writing.cells),
            teller.commit_created(writing.commit_n, counts, answered),
            teller.counted(writing.state.total, writing.state.valid, counts["updated"]),
        ]

    def _messages(self, writing: Writing, told: list[tuple[str, dict[str, Any]]]) -> list[Message]:
        """Save every Sheet's state, and say what happened in each."""
        messages = [self._message(writing, self.structure, told)] if told else []
        for sheet_id in writing.stale:
            state = writing.rulebooks.state(sheet_id)
            if state is not None:
                state.digest = ""
                state.save(writing.connection)
        for sheet_id, other in writing.elsewhere.items():
            if other.reviewed:
                structure = Structure(self.structure.around.sheets[sheet_id], self.structure.around)
                counted = self._teller(structure).counted(other.state.total, other.state.valid, 0)
                messages.append(self._message(other, structure, [counted]))
        return messages

    def _message(
        self, writing: Writing, structure: Structure, told: list[tuple[str, dict[str, Any]]]
    ) -> Message:
        state = writing.state
        state.save(writing.connection)
        count, oldest = commits.open_commits(writing.connection, state)
        timeout = structure.commit_timeout
        due_at = oldest + timedelta(seconds=timeout) if oldest and timeout else None
        facts = facts_of(state, open_commits=count, due_at=due_at, at=self.now)
        return self._teller(structure).message(facts, told)

    def _teller(self, structure: Structure) -> Teller:
        desk = self.desk
        return Teller(structure, desk.principal.environment_id, desk.actor_id, self.now)

    def _complete(self, writing: Writing, n: int) -> bool:
        return commits.complete(writing.connection, n, by=self.desk.actor_id, at=self.now)

    def _answered(self, writing: Writing) -> int | None:
        if self.order.answers is None:
            return None
        return self._known_commit(writing, self.order.answers, ("answers",))

    def _known_commit(self, writing: Writing, id: str, path: tuple[str, ...]) -> int:
        state = writing.state
        n = commit_number(id, state.sheet_id, state.number, path=path)
        if n not in commits.find_commits(writing.connection, [n]):
            raise NotFound(f"There is no Commit {id!r} of this Sheet.", path=path)
        return n
