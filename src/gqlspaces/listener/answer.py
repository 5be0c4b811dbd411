"""What a listener answers to a commit: its hooks' changes, in as few writes as possible."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gqlspaces.listener import documents
from gqlspaces.listener.arguments import RecordChanges
from gqlspaces.listener.entities import RejectedRow, StoredRecord
from gqlspaces.listener.errors import ApiError, Problem, refusal
from gqlspaces.listener.event import Event
from gqlspaces.listener.hooks import Constraint, Failures, Hook, Work
from gqlspaces.listener.record import Record
from gqlspaces.listener.records import MOST_RECORDS

logger = logging.getLogger("gqlspaces.listener")

_MOST_ROUNDS = 5
_CHECKED = frozenset({"EXTERNAL", "STORED"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many records are read and written at a time."""

    page: int = MOST_RECORDS
    write: int = 10_000


@dataclass
class _Batch:
    """What is to be written of records that follow each other."""

    round: int = 0
    ids: tuple[str, str] = ("", "")
    patches: list[RecordChanges] = field(default_factory=list)

    def add(self, records: Sequence[Record]) -> None:
        if records:
            self.ids = (self.ids[0] or records[0].id, records[-1].id)
            self.patches += [patch for record in records if (patch := record.patch())]


class Answer:
    """What the hooks of one listener do about one commit.

    Every replica hears of the commit, and an event may come again: the writes have keys made of
    the commit, the hooks and the records, so that the same hooks write once. A record that
    somebody has changed since it was read is read again, so that no newer value is overwritten.
    """

    def __init__(self, event: Event, hooks: Sequence[Hook], bounds: Bounds | None = None) -> None:
        """Prepare; `hooks` are in the order of their registration."""
        self._hooks = sorted(hooks, key=lambda hook: hook.judges is not None)
        self._api = event.api.patient()
        self._event = event
        self._commit = str(event.payload["commitId"])
        self._sheet = str(event.payload["sheetId"])
        self._bounds = bounds or Bounds()
        self._work = Work(event, [], Failures())
        self._completed = False

    async def give(self) -> None:
        """Run the hooks and write what they changed; raise `FailedHooks` for what they raised.

        The commit is completed unless something failed.
        """
        try:
            if await self._concerned():
                await self._stream()
                await self._complete()
        except ApiError as error:
            if error.code != "NOT_FOUND":
                self._work.failures.note(error)
            else:
                logger.debug("commit %s is gone: %s", self._commit, error)
        self._work.failures.tell()

    async def _concerned(self) -> bool:
        """Leave out the validators that the Sheet does not name; say whether a hook is left."""
        if any(hook.judges for hook in self._hooks):
            constraints = await self._constraints()
            self._work = Work(self._event, constraints, self._work.failures)
            named = {one.validator for one in constraints}
            self._hooks = [one for one in self._hooks if one.judges is None or one.judges in named]
        return bool(self._hooks)

    async def _constraints(self) -> list[Constraint]:
        data = await self._api.query(documents.COMMIT_CONSTRAINTS, {"id": self._commit})
        sheet = data["commit"]["sheet"] if data["commit"] else None
        if sheet is None:
            return []
        return [
            Constraint(rule["validator"], keys, rule["config"] or {}, of_field=of_field)
            for keys, rule, of_field in _rules(sheet)
            if rule["type"] in _CHECKED
        ]

    async def _stream(self) -> None:
        """Go over the commit page by page; no more than one write is in memory."""
        if not any(self._event.payload.get(what, 1) for what in ("created", "updated")):
            return
        batch, cursor = _Batch(), None
        while True:
            page = await self._api.commits.records(
                self._commit, first=self._bounds.page, after=cursor
            )
            await self._run(page.records, batch)
            cursor = page.cursor
            if cursor is None:
                await self._write(batch, last=True)
                return
            if len(batch.patches) > self._bounds.write - self._bounds.page:
                await self._write(batch, last=False)
                batch = _Batch()

    async def _run(self, stored: Sequence[StoredRecord], batch: _Batch) -> None:
        records = [Record(one) for one in stored]
        for hook in self._hooks:
            await hook.run(records, self._work)
        batch.add(records)

    async def _write(self, batch: _Batch, *, last: bool) -> None:
        """Write a batch; what others have changed in the meantime goes through the hooks again."""
        if not batch.patches:
            return
        completes = last and not self._work.failures
        again = []
        refused = []
        for id, row in await self._send(batch.patches, self._key(batch), completes=completes):
            if row["code"] == "CONFLICT":
                again.append(id)
            elif row["code"] != "NOT_FOUND":
                refused.append(Problem(row["code"], row["message"], (id, *row["path"])))
        if refused:
            self._work.failures.note(refusal(refused))
        if again:
            await self._write(await self._read_again(again, batch.round + 1), last=last)

    async def _read_again(self, ids: Sequence[str], round: int) -> _Batch:
        if round > _MOST_ROUNDS:
            raise ApiError("CONFLICT", f"others keep changing records such as {ids[0]}")
        batch = _Batch(round)
        for start in range(0, len(ids), self._bounds.page):
            part = ids[start : start + self._bounds.page]
            page = await self._api.records.list(self._sheet, {"ids": part}, first=len(part))
            await self._run(page.records, batch)
        return batch

    async def _send(
        self, patches: Sequence[RecordChanges], key: str, *, completes: bool
    ) -> list[tuple[str, RejectedRow]]:
        """Write, in halves if it is too much for one request; return what was rejected."""
        try:
            written = await self._api.records.update(
                self._sheet,
                patches,
                answers=self._commit,
                completes=completes,
                override_readonly=True,
                idempotency_key=key,
            )
        except ApiError as error:
            if error.code == "IDEMPOTENCY_KEY_REUSED":
                logger.info("the same hooks have answered %s in another run", self._commit)
                return []
            if error.code != "PAYLOAD_TOO_LARGE" or len(patches) == 1:
                raise
            half = len(patches) // 2
            first = await self._send(patches[:half], f"{key}.1", completes=False)
            completes = completes and not first
            return first + await self._send(patches[half:], f"{key}.2", completes=completes)
        self._completed = completes and not written["rejected"]
        return [(patches[row["index"]]["id"], row) for row in written["rejected"]]

    async def _complete(self) -> None:
        """Complete the commit if no write has; where changes are not tracked, it is already."""
        if self._event.payload.get("trackChanges") and not (self._completed or self._work.failures):
            await self._api.commits.complete(self._commit)

    def _key(self, batch: _Batch) -> str:
        hooks = [hook.identity for hook in self._hooks]
        text = json.dumps([self._commit, hooks, batch.ids, batch.round])
        return f"hooks.{hashlib.sha256(text.encode()).hexdigest()}"


def _rules(sheet: dict[str, Any]) -> list[tuple[tuple[str, ...], dict[str, Any], bool]]:
    """Return the rules of a Sheet with the Fields that they are about."""
    of_fields = [
        ((field["key"],), rule, True) for field in sheet["fields"] for rule in field["constraints"]
    ]
    return of_fields + [(tuple(rule["fields"] or ()), rule, False) for rule in sheet["constraints"]]
