"""Changing and deleting many records at once: all that a selection chooses, chunk by chunk."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gqlspaces.blueprint.text import unstorable
from gqlspaces.features.records.conditions.refusal import MAX_LENGTH
from gqlspaces.features.records.desk import Work
from gqlspaces.features.records.model import record
from gqlspaces.features.records.selection import Selection
from gqlspaces.features.records.service.change import changed_draft, store_changed
from gqlspaces.features.records.service.rows import check_writable
from gqlspaces.features.records.table import Row
from gqlspaces.features.records.writing import CHUNK, Draft, Writing
from gqlspaces.kernel.errors import DomainError, ErrorCode, Invalid, Refused

MOST_REJECTED = 100
"""How many records that were passed over an answer lists."""

Change = Callable[[Row], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Replacement:
    """What to look for in the texts of a Field, or of all, and what to put in its place."""

    find: str
    replace: str
    field: str | None = None
    whole: bool = False
    match_case: bool = False

    def pattern(self) -> re.Pattern[str]:
        """Make the pattern that finds it."""
        if not self.find:
            raise DomainError("Say what to look for.", path=("find",), code=ErrorCode.REQUIRED)
        for name, sent in (("find", self.find), ("replace", self.replace)):
            if reason := unstorable(sent):
                raise Invalid(reason, path=(name,))
            if len(sent) > MAX_LENGTH:
                msg = f"Must have at most {MAX_LENGTH} characters."
                raise DomainError(msg, path=(name,), code=ErrorCode.TOO_LONG)
        text = re.escape(self.find)
        flags = re.NOFLAG if self.match_case else re.IGNORECASE
        return re.compile(rf"\A{text}\Z" if self.whole else text, flags)


def deleting(selection: Selection, *, overrides: bool = False) -> Work:
    """Delete the records chosen; those that are read-only stay and are told of."""

    def work(writing: Writing) -> Mapping[str, Any]:
        passed = Passed()
        for rows in _chosen(writing, selection):
            going = [row for row in rows if overrides or passed.may(row)]
            if going:
                writing.remove(going)
        return passed.answer()

    return work


def bulk_updating(
    selection: Selection, *, values: Mapping[str, Any], overrides: bool = False
) -> Work:
    """Give all records chosen the same values; those that may not have them are told of."""
    if not values:
        raise DomainError("Say which values to set.", path=("values",), code=ErrorCode.REQUIRED)

    def change_of(writing: Writing) -> Change:
        writing.rulebook.rules.normalised(values)  # refused also where no record is chosen
        return lambda _row: values

    return _changing(selection, change_of, overrides=overrides)


def replacing(selection: Selection, what: Replacement, *, overrides: bool = False) -> Work:
    """Replace a text wherever the records chosen have it."""
    pattern = what.pattern()

    def change_of(writing: Writing) -> Change:
        cells = writing.rulebook.layout.cells
        if what.field is not None:
            cell = writing.rulebook.layout.by_key.get(what.field)
            if cell is None:
                raise Invalid("Must be the key of a Field of the Sheet.", path=("field",))
            cells = (cell,)

        def change(row: Row) -> Mapping[str, Any] | None:
            changes: dict[str, Any] = {}
            for cell in cells:
                old = row["values"][cell.slot] if cell.slot < len(row["values"]) else None
                new = _replaced(old, pattern, what.replace)
                if new != old:
                    changes[cell.key] = new
            return changes or None

        return change

    return _changing(selection, change_of, overrides=overrides)


def _changing(
    selection: Selection, change_of: Callable[[Writing], Change], *, overrides: bool
) -> Work:
    def work(writing: Writing) -> Mapping[str, Any]:
        passed = Passed()
        change = change_of(writing)
        for rows in _chosen(writing, selection):
            drafts: list[Draft] = []
            for row in rows:
                values = change(row)
                if values is not None:
                    draft = passed.draft(writing, row, values, overrides=overrides)
                    drafts += [draft] if draft else []
            store_changed(writing, drafts)
        return passed.answer()

    return work


def _chosen(writing: Writing, selection: Selection) -> Iterator[list[Row]]:
    """Give the records chosen, chunk by chunk; which they are is settled before any changes."""
    try:
        statement = selection.statement(writing.state, writing.rulebook.layout, writing.dialect)
    except DomainError as error:
        error.path = ("selection", *error.path)
        raise
    ordered = statement.with_only_columns(record.c.n).order_by(record.c.n)
    numbers = writing.connection.scalars(ordered).all()
    for start in range(0, len(numbers), CHUNK):
        rows = writing.rows(numbers[start : start + CHUNK])
        yield [rows[n] for n in sorted(rows)]


def _replaced(value: Any, pattern: re.Pattern[str], by: str) -> Any:
    if isinstance(value, list):
        return [_replaced(item, pattern, by) for item in value]
    return pattern.sub(lambda _found: by, value) if isinstance(value, str) else value


class Passed:
    """The records that were passed over, with the reason."""

    def __init__(self) -> None:
        self._count = 0
        self._listed: list[dict[str, Any]] = []

    def may(self, row: Row, keys: Sequence[str] = ()) -> bool:
        """Tell whether a record, and these cells of it, may be changed; note it if not."""
        try:
            check_writable(row, keys)
        except DomainError as error:
            self._note(row, error)
            return False
        return True

    def draft(
        self, writing: Writing, row: Row, values: Mapping[str, Any], *, overrides: bool
    ) -> Draft | None:
        """Make the changed record, or note why it cannot be."""
        try:
            return changed_draft(writing, row, {"values": values}, overrides=overrides)
        except DomainError as error:
            if error.code != ErrorCode.FORBIDDEN:
                raise Refused([error]) from error  # the same for every record
            self._note(row, error)
            return None

    def answer(self) -> dict[str, Any]:
        """Give what a write over many records answers."""
        return {"rejected": self._listed}

    def _note(self, row: Row, error: DomainError) -> None:
        if len(self._listed) < MOST_REJECTED:
            self._listed.append(
                {
                    "index": self._count,
                    "n": row["n"],
                    "code": str(error.code),
                    "message": error.message,
                    "path": list(error.path),
                }
            )
        self._count += 1
