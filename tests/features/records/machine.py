"""A machine that writes to two linked Sheets in any order and knows what each step must do."""

import asyncio
import copy
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from features.jobs.machine import StillClock
from features.records import steps
from features.records.expected import (
    FIELDS,
    KINDS,
    SHEETS,
    Entry,
    Item,
    Outcome,
    Sheet,
    Test,
    Verdicts,
    replaced,
    verdicts,
)
from features.records.look import Look, Seen, local, look_at
from features.records.steps import Chosen, Circumstances, number_of, valid
from gqlspaces.blueprint.space import SpaceConfig
from gqlspaces.blueprint.workbook import WorkbookConfig
from gqlspaces.bootstrap import create_bare_environment
from gqlspaces.features.blueprints.service import build_workbook
from gqlspaces.features.records.counts import load_counts
from gqlspaces.features.records.desk import Desk, Order, Work, Written
from gqlspaces.features.records.numbers import commit_id, record_id, snapshot_id
from gqlspaces.features.records.reading.sheet import read_sheet
from gqlspaces.features.records.service.bulk import (
    Replacement,
    bulk_updating,
    deleting,
    replacing,
)
from gqlspaces.features.records.service.change import updating, upserting
from gqlspaces.features.records.service.creation import inserting
from gqlspaces.features.records.service.snapshots import restoring, snapshotting
from gqlspaces.features.records.snapshots import RecordChange
from gqlspaces.features.sheets.model import Sheet as SheetRow
from gqlspaces.features.spaces.service import create_space
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.log import READ_AFTER, Event, event_of

FEW = 2
OTHER = {"people": "countries", "countries": "people"}


@dataclass
class World:
    """Where a machine runs, and how many steps were taken in it."""

    runner: asyncio.Runner
    database: Database
    clock: StillClock
    taken: int = 0


class RecordMachine(RuleBasedStateMachine):
    """Adds, changes, deletes, replaces and restores records, and completes commits."""

    world: ClassVar[World]

    @initialize(tracked=st.booleans(), people=steps.PEOPLE, countries=steps.COUNTRIES)
    def begin(self, tracked: bool, people: list[Any], countries: list[Any]) -> None:
        database = self.world.database
        environment = self._run(create_bare_environment(database, uuid4().hex))
        self.principal = Principal(environment, "key_machine")
        self.desk = Desk(database, self.principal, "key_machine")
        self.tracked = tracked
        self.sheets = {slug: Sheet(slug) for slug in OTHER}
        self.ids = self._run(self._build())
        self.read = 0
        self._news()
        self.insert(("countries", countries), steps.PLAINLY)
        self.insert(("people", people), steps.PLAINLY)

    @rule(rows=steps.ROWS, how=steps.HOW)
    def insert(self, rows: tuple[str, list[Any]], how: Circumstances) -> None:
        slug, values = rows
        work = inserting([{"values": one} for one in values])
        self._write(slug, work, how, lambda sheet: sheet.insert(values))

    @rule(patches=steps.PATCHES, how=steps.HOW)
    def update(self, patches: tuple[str, list[Any]], how: Circumstances) -> None:
        slug, given = patches
        sheet = self.sheets[slug]
        rows = [one | {"n": number_of(sheet, one["which"])} for one in given]
        sent = [steps.sent(self.ids[slug], row["n"], row) for row in rows]
        work = updating(sent, overrides=how.overrides)
        self._write(slug, work, how, lambda one: one.update(rows, overrides=how.overrides))

    @rule(keyed=steps.KEYED, how=steps.HOW)
    def upsert(self, keyed: tuple[str, tuple[list[Any], str]], how: Circumstances) -> None:
        slug, (rows, key) = keyed
        sent = [{"values": one} for one in rows]
        work = upserting(sent, key=key, overrides=how.overrides)
        self._write(slug, work, how, lambda one: one.upsert(rows, key, overrides=how.overrides))

    @precondition(lambda self: len(self.sheets["people"].items) > FEW)
    @rule(slug=steps.SLUGS, chosen=steps.CHOSEN, how=steps.HOW)
    def delete(self, slug: str, chosen: Chosen, how: Circumstances) -> None:
        selection = chosen.selection(self.ids[slug], self.sheets[slug])
        test = self._test(slug, chosen)
        work = deleting(selection, overrides=how.overrides)
        self._write(slug, work, how, lambda one: one.delete(test, overrides=how.overrides))

    @rule(change=steps.CHANGES, chosen=steps.CHOSEN, how=steps.HOW)
    def bulk_update(self, change: tuple[str, Any], chosen: Chosen, how: Circumstances) -> None:
        slug, values = change
        selection = chosen.selection(self.ids[slug], self.sheets[slug])
        test = self._test(slug, chosen)
        work = bulk_updating(selection, values=values, overrides=how.overrides)
        self._write(
            slug,
            work,
            how,
            lambda one: one.change_all(test, lambda _: values, overrides=how.overrides),
        )

    @rule(slug=steps.SLUGS, chosen=steps.CHOSEN, find=steps.FIND, all=st.booleans(), how=steps.HOW)
    def replace(
        self, slug: str, chosen: Chosen, find: tuple[str, str], all: bool, how: Circumstances
    ) -> None:
        key = None if all else "continent"
        selection = chosen.selection(self.ids[slug], self.sheets[slug])
        test = self._test(slug, chosen)
        work = replacing(selection, Replacement(*find, field=key), overrides=how.overrides)
        self._write(
            slug,
            work,
            how,
            lambda one: one.change_all(
                test, lambda item: replaced(item, key, *find), overrides=how.overrides
            ),
        )

    @rule(slug=steps.SLUGS)
    def snapshot(self, slug: str) -> None:
        work = snapshotting(label=None, by="key_machine")
        sheet = self.sheets[slug]
        written = self._run(self.desk.write(self.ids[slug], work))
        sheet.snapshot()
        self.world.taken += 1
        assert written.commit_n is None
        assert len(sheet.snapshots) == local(written.answer["snapshot"])
        id = snapshot_id(self.ids[slug], len(sheet.snapshots))
        self._expect([("snapshot:created", {"snapshotId": id})])

    @precondition(lambda self: any(sheet.snapshots for sheet in self.sheets.values()))
    @rule(which=steps.WHICH, kinds=steps.SOME, how=steps.HOW)
    def restore(self, which: int, kinds: Collection[str], how: Circumstances) -> None:
        sheets = [sheet for sheet in self.sheets.values() if sheet.snapshots]
        sheet = sheets[which % len(sheets)]
        picked = which // 2 % len(sheet.snapshots)
        id = snapshot_id(self.ids[sheet.slug], picked + 1)
        wanted = [kind for kind in KINDS if kind in kinds]
        work = restoring(id, [RecordChange(kind) for kind in wanted], overrides=how.overrides)
        self._write(
            sheet.slug,
            work,
            how,
            lambda one: one.restore(picked, wanted, overrides=how.overrides),
        )

    @precondition(lambda self: any(sheet.commits for sheet in self.sheets.values()))
    @rule(slug=steps.SLUGS, which=steps.WHICH)
    def complete(self, slug: str, which: int) -> None:
        sheet = self.sheets[slug]
        if not sheet.commits:
            return
        picked = which % len(sheet.commits)
        id = commit_id(self.ids[slug], picked + 1)
        self._run(self.desk.complete(id, self.ids[slug], path=("id",)))
        self.world.taken += 1
        self._expect(self._completed(sheet, picked))

    @invariant()
    def all_is_as_expected(self) -> None:
        judged = self._judged()
        for slug, sheet in self.sheets.items():
            seen = self._look(slug)
            self._check_records(sheet, judged, seen)
            self._check_commits(sheet, seen)
            self._check_snapshots(sheet, seen)

    @invariant()
    def the_main_database_knows_the_counts(self) -> None:
        reader = self.world.database.reader(self.principal)
        found = self._run(load_counts(reader, list(self.ids.values())))
        judged = self._judged()
        for slug, counts in zip(self.ids, found, strict=True):
            assert self._counts(slug, judged) == (counts.total, counts.valid)
            open_commits = sum(not one.completed for one in self.sheets[slug].commits)
            assert open_commits == counts.open_commits

    def _check_records(self, sheet: Sheet, judged: Verdicts, seen: Look) -> None:
        """See that each has its values and exactly the messages that the model has for it."""
        told = judged[sheet.slug]
        assert seen.records == {
            n: Seen(item.values, told[n], valid(told[n]), item.meta, item.readonly)
            for n, item in sheet.items.items()
        }
        assert self._counts(sheet.slug, judged) == (seen.total, seen.valid)

    def _check_commits(self, sheet: Sheet, seen: Look) -> None:
        """See that each says what it did, and which records it and later ones touched."""
        for entry, found in zip(sheet.commits, seen.commits, strict=True):
            what = entry.outcome
            counts = (len(what.created), len(what.updated), len(what.deleted))
            assert found == (*counts, entry.completed, entry.answers)
        for which, numbers in seen.of_commit.items():
            assert sheet.of_commit(which) == numbers
            assert sheet.since(which) <= seen.since[which]
            if all(entry.outcome.once for entry in sheet.commits[which + 1 :]):
                assert sheet.since(which) == seen.since[which]

    def _check_snapshots(self, sheet: Sheet, seen: Look) -> None:
        """See that each knows which records became what, and how many."""
        for which, found in seen.differences.items():
            apart = sheet.difference(which)
            assert apart == found
            assert {kind: len(apart[kind]) for kind in KINDS} == seen.counts[which]

    def _write(
        self, slug: str, work: Work, how: Circumstances, change: Callable[[Sheet], Outcome]
    ) -> None:
        """Write, and have the plain Sheet changed likewise; all that is told must agree."""
        sheet, other = self.sheets[slug], self.sheets[OTHER[slug]]
        answers = how.answers % len(sheet.commits) if how.answers and sheet.commits else None
        order = Order(
            answers=None if answers is None else commit_id(self.ids[slug], answers + 1),
            completes=how.completes,
            key=uuid4().hex if how.repeated else None,
            overrides=how.overrides,
        )
        written = self._run(self.desk.write(self.ids[slug], work, order))
        self.world.taken += 1
        judged, was = self._judged(), copy.deepcopy(sheet.items)
        done = change(sheet)
        anew = self._judged()
        reviewed = differing(judged[slug], anew[slug]) - done.touched
        elsewhere = differing(judged[other.slug], anew[other.slug])

        told: list[Any] = []
        if done.touched:
            completed = not self.tracked or answers is not None
            sheet.commits.append(
                Entry(done, reviewed, completed, None if answers is None else answers + 1)
            )
            told += self._written(sheet, was)
        if answers is not None and how.completes and not done.rejected:
            told += self._completed(sheet, answers)
        if done.touched:
            told.append(self._counted(slug, anew, len(done.updated)))
        if elsewhere:
            told.append(self._counted(other.slug, anew, 0))
        self._check(slug, written, done)
        self._expect(told)
        if how.repeated:
            again = self._run(self.desk.write(self.ids[slug], work, order))
            self._check(slug, again, done)
            self._expect([])

    def _check(self, slug: str, written: Written, done: Outcome) -> None:
        """See that a write answered what it did."""
        number = len(self.sheets[slug].commits) if done.touched else None
        assert number == (written.commit_n and local(written.commit_n))
        answer = written.answer
        rejected = [
            (local(row["n"]) if "n" in row else row["index"], row["code"])
            for row in answer["rejected"]
        ]
        assert done.rejected == rejected
        if "records" in answer:
            assert done.rows == [local(n) for n in answer["records"]]

    def _written(self, sheet: Sheet, was: dict[int, Item]) -> list[Any]:
        """Give what is to be told of the newest commit and its records."""
        id, done = self.ids[sheet.slug], sheet.commits[-1].outcome
        told: list[Any] = []
        for kind, numbers in zip(KINDS, (done.created, done.updated, done.deleted), strict=True):
            if numbers:
                ids = [record_id(id, n) for n in numbers]
                about = {"recordIds": ids, "recordCount": len(ids)}
                more = {"changes": self._changes(sheet, was)} if kind == "updated" else {}
                told.append((f"records:{kind}", about | more))
        answers = sheet.commits[-1].answers
        about = {
            "commitId": commit_id(id, len(sheet.commits)),
            "trackChanges": self.tracked,
            **{kind: len(getattr(done, kind)) for kind in KINDS},
        }
        return [
            *told,
            ("commit:created", about | ({"answers": commit_id(id, answers)} if answers else {})),
        ]

    def _changes(self, sheet: Sheet, was: dict[int, Item]) -> list[Any]:
        """Give the cells that the newest commit changed."""
        found = []
        for n in sheet.commits[-1].outcome.updated:
            for key in FIELDS[sheet.slug]:
                old, new = was[n].values.get(key), sheet.items[n].values.get(key)
                if old != new:
                    about = {"recordId": record_id(self.ids[sheet.slug], n), "fieldKey": key}
                    found.append(about | {"previousValue": old, "newValue": new})
        return found

    def _completed(self, sheet: Sheet, which: int) -> list[Any]:
        """Complete a commit, and give what is to be told of that."""
        was, sheet.commits[which].completed = sheet.commits[which].completed, True
        if was or not self.tracked:
            return []
        return [("commit:completed", {"commitId": commit_id(self.ids[sheet.slug], which + 1)})]

    def _counted(self, slug: str, judged: Verdicts, updated: int) -> Any:
        total, good = self._counts(slug, judged)
        counts = {"total": total, "valid": good, "error": total - good, "updated": updated}
        return "sheet:counts-updated", {"sheetId": self.ids[slug], "counts": counts}

    def _counts(self, slug: str, judged: Verdicts) -> tuple[int, int]:
        return len(judged[slug]), sum(map(valid, judged[slug].values()))

    def _judged(self) -> Verdicts:
        return verdicts(self.sheets["people"], self.sheets["countries"])

    def _test(self, slug: str, chosen: Chosen) -> Test:
        judged = self._judged()
        return lambda n, item: chosen.holds(n, item, self.sheets[slug], judged)

    def _look(self, slug: str) -> Look:
        sheet = self.sheets[slug]
        made, kept = len(sheet.commits), len(sheet.snapshots)
        commits, snapshots = range(max(0, made - 2), made), range(max(0, kept - 2), kept)
        work = partial(look_at, commits=commits, snapshots=snapshots)
        reader = self.world.database.reader(self.principal)
        seen: Look = self._run(read_sheet(reader, self.ids[slug], work))
        return seen

    def _expect(self, told: list[tuple[str, dict[str, Any]]]) -> None:
        """See that exactly this was told since the last look."""
        news = self._news()
        assert [topic for topic, _ in told] == [event.topic for event in news]
        for (_, payload), event in zip(told, news, strict=True):
            assert payload == {name: event.payload.get(name) for name in payload}

    def _news(self) -> list[Event]:
        parameters = {"environment": self.principal.environment_id, "after": self.read}
        rows = self._run(self.world.database.fetch(READ_AFTER, parameters | {"limit": 1000}))
        events = [event_of(row) for row in rows]
        assert [event.seq for event in events] == [self.read + n + 1 for n in range(len(events))]
        self.read += len(events)
        return events

    async def _build(self) -> dict[str, str]:
        """Make a Space with the two Sheets; give their ids."""
        database, settings = self.world.database, {"trackChanges": self.tracked}
        described = {"name": "Data", "sheets": SHEETS, "settings": settings}
        config = WorkbookConfig.model_validate(described)
        async with database.transaction(self.principal) as tx:
            space = (await create_space(tx, config=SpaceConfig(auto_configure=False))).space
            await build_workbook(tx, space_id=space.id, config=config)
        rows = await database.reader(self.principal).children(
            SheetRow, by="space_id", order=("position",), keys=[space.id]
        )
        return {row.slug: row.id for row in rows[0]}

    def _run(self, work: Any) -> Any:
        return self.world.runner.run(work)


def differing(before: dict[int, Any], after: dict[int, Any]) -> set[int]:
    """Give the records that are there before and after and are told something else."""
    return {n for n in before.keys() & after.keys() if before[n] != after[n]}
