"""What a listener does to the records of each commit: hooks change them, validators judge them."""

import asyncio
import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gqlspaces.listener.event import Event
from gqlspaces.listener.identity import identity_of, name_of
from gqlspaces.listener.record import Level, Record
from gqlspaces.listener.records import MOST_RECORDS

Verdict: TypeAlias = str | tuple[Level, str] | None
"""What a validator finds: nothing, what is wrong, or how serious it is and what."""

RecordHandler: TypeAlias = Callable[[Record, Event], object]
BulkHandler: TypeAlias = Callable[[list[Record], Event], object]
ValueHandler: TypeAlias = Callable[[Any, Record, Mapping[str, Any]], "Verdict | Awaitable[Verdict]"]
RowHandler: TypeAlias = Callable[[Record, Mapping[str, Any]], "Verdict | Awaitable[Verdict]"]

_PAUSE = 100
"""Records between two chances for leases to be renewed and signals to be heard."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A rule of a Sheet, or of one of its Fields, that a listener has to check."""

    validator: str
    fields: tuple[str, ...]
    config: Mapping[str, Any]
    of_field: bool


class FailedHooks(ExceptionGroup[Exception]):
    """What hooks raised at one commit: of each the first error, with a note of how many more."""


@dataclass
class Failures:
    """Collects what hooks raise, and undoes what they have changed until then."""

    _first: dict["Hook", Exception] = field(default_factory=dict)
    _records: dict["Hook", list[str]] = field(default_factory=dict)
    _others: list[Exception] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self._first or self._others)

    def note(self, error: Exception) -> None:
        """Keep an error that is none of a hook's."""
        self._others.append(error)

    @contextmanager
    def caught(self, hook: "Hook", records: Sequence[Record]) -> Iterator[None]:
        """Restore the records if the block raises: the other hooks go on with them."""
        drafts = [record.draft() for record in records]
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever a user's code raises
            for record, draft in zip(records, drafts, strict=True):
                record.restore(draft)
            self._first.setdefault(hook, error)
            self._records.setdefault(hook, []).extend(record.id for record in records)

    def tell(self) -> None:
        """Raise `FailedHooks` if anything was raised."""
        for hook, error in self._first.items():
            ids = self._records[hook]
            name = name_of(hook.handler)
            error.add_note(f"{name} failed for {len(ids)} records, the first is {ids[0]}")
        if self:
            raise FailedHooks("the commit stays open", [*self._first.values(), *self._others])


@dataclass(frozen=True, slots=True)
class Work:
    """What hooks share while they work on one commit."""

    event: Event
    constraints: Sequence[Constraint]
    failures: Failures


@dataclass(eq=False)
class Hook(ABC):
    """Something to be done to the records of commits."""

    handler: Callable[..., object]

    def __post_init__(self) -> None:
        # Now: what a handler was made with may change while it works.
        self.identity = identity_of(self.handler)

    @property
    def judges(self) -> str | None:
        """The name of the validator that it is."""
        return None

    @abstractmethod
    async def run(self, records: list[Record], work: Work) -> None:
        """Go over some records."""


class RecordHook(Hook):
    """Calls a handler for each record."""

    async def run(self, records: list[Record], work: Work) -> None:
        """Go over some records."""
        async for record in _unhurried(records):
            with work.failures.caught(self, [record]):
                await _settled(self.handler(record, work.event))


@dataclass(eq=False)
class BulkRecordHook(Hook):
    """Calls a handler for at most `size` records at a time."""

    size: int = MOST_RECORDS

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.size <= MOST_RECORDS:
            raise ValueError(f"a bulk hook takes 1 to {MOST_RECORDS} records, not {self.size}")

    async def run(self, records: list[Record], work: Work) -> None:
        """Go over some records."""
        for start in range(0, len(records), self.size):
            batch = records[start : start + self.size]
            with work.failures.caught(self, batch):
                await _settled(self.handler(list(batch), work.event))


@dataclass(eq=False)
class Validator(Hook):
    """Checks the values of the Fields whose constraints name it; empty cells are passed over."""

    validator: str = ""

    @property
    def judges(self) -> str | None:
        """The name of the validator that it is."""
        return self.validator

    async def run(self, records: list[Record], work: Work) -> None:
        """Go over some records."""
        for constraint in work.constraints:
            if constraint.validator == self.validator and constraint.of_field:
                async for record in _unhurried(records):
                    with work.failures.caught(self, [record]):
                        await self._check(record, constraint)

    async def _check(self, record: Record, constraint: Constraint) -> None:
        [key] = constraint.fields
        if key in record:
            verdict = await _settled(self.handler(record[key], record, constraint.config))
            _judge(record, verdict, constraint)


class SheetValidator(Validator):
    """Checks the records of the Sheets whose constraints name it."""

    async def run(self, records: list[Record], work: Work) -> None:
        """Go over some records."""
        for constraint in work.constraints:
            if constraint.validator == self.validator and not constraint.of_field:
                async for record in _unhurried(records):
                    with work.failures.caught(self, [record]):
                        verdict = await _settled(self.handler(record, constraint.config))
                        _judge(record, verdict, constraint)


def _judge(record: Record, verdict: Verdict, constraint: Constraint) -> None:
    """Put what a validator found on the cells of the constraint or, if it has none, the record."""
    if verdict is None:
        return
    found: tuple[Level, str] = ("error", verdict) if isinstance(verdict, str) else verdict
    level, text = found
    for key in constraint.fields or (None,):
        record.add_message(key, text, level)


async def _settled(result: object) -> Any:
    return await result if inspect.isawaitable(result) else result


async def _unhurried(records: Sequence[Record]) -> AsyncIterator[Record]:
    for index, record in enumerate(records, start=1):
        yield record
        if index % _PAUSE == 0:
            await asyncio.sleep(0)
