"""Changing records: by their ids, or by the value of a key Field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from sqlalchemy import or_, select

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records import index
from gqlspaces.features.records.conditions.dialects import dialect_of
from gqlspaces.features.records.conditions.sql import SORTED_LENGTH, sort_expression
from gqlspaces.features.records.desk import Work
from gqlspaces.features.records.layout import Cell
from gqlspaces.features.records.model import record
from gqlspaces.features.records.selection import in_sheet
from gqlspaces.features.records.service.creation import give_numbers, new_draft
from gqlspaces.features.records.service.rows import (
    Rows,
    check_unchanged,
    check_writable,
    custom_messages,
    details,
    record_number,
    sent_values,
)
from gqlspaces.features.records.table import Row
from gqlspaces.features.records.values.digest import digest_of, same, text_of
from gqlspaces.features.records.values.index import unique_rule_name, value_rule_name
from gqlspaces.features.records.values.normal import number_of
from gqlspaces.features.records.writing import CHUNK, Draft, Writing
from gqlspaces.kernel.errors import DomainError, Duplicate, ErrorCode, Invalid, NotFound

_MOST_FOUND: Final = 100_000
_CONTENT: Final = ("values", "meta", "config")

Sent: TypeAlias = Mapping[str, Any]


def updating(sent: Sequence[Sent], *, overrides: bool = False) -> Work:
    """Change records by their ids: values are merged cell by cell, null clears a cell."""
    rows = Rows(sent)

    def work(writing: Writing) -> Mapping[str, Any]:
        wanted = [record_number(writing, row.get("id")) for row in rows.sent]
        known = writing.rows(wanted)
        seen: set[int] = set()

        def read(row: Sent) -> Draft:
            n = record_number(writing, row.get("id"))
            if n not in known:
                raise NotFound(f"There is no Record {row.get('id')!r} in this Sheet.", path=("id",))
            if n in seen:
                raise Duplicate("The record comes twice.", path=("id",))
            check_unchanged(writing, known[n], row)
            draft = changed_draft(writing, known[n], row, overrides=overrides)
            seen.add(n)
            return draft

        drafts = [draft for _, draft in rows.taken(read)]
        store_changed(writing, drafts)
        return rows.answer([draft.n for draft in drafts])

    return work


def upserting(sent: Sequence[Sent], *, key: str, overrides: bool = False) -> Work:
    """Change the records that have the same value in a key Field, and add those that are new."""
    rows = Rows(sent)

    def work(writing: Writing) -> Mapping[str, Any]:
        cell = writing.rulebook.layout.by_key.get(key)
        if cell is None:
            raise Invalid("Must be the key of a Field of the Sheet.", path=("key",))
        matches = _Matches(writing, cell, rows.sent)

        def read(row: Sent) -> Draft:
            before = matches.of(row)
            if before is None:
                return new_draft(writing, row)
            return changed_draft(writing, before, row, overrides=overrides)

        drafts = [draft for _, draft in rows.taken(read)]
        give_numbers(writing, [draft for draft in drafts if draft.before is None])
        # In one step: what is new may change the messages of what is there.
        store_changed(writing, drafts)
        return rows.answer([draft.n for draft in drafts])

    return work


def changed_draft(writing: Writing, before: Row, row: Sent, *, overrides: bool) -> Draft:
    """Make the changed record of what was sent; raise what is wrong with it."""
    values, slots = writing.rulebook.rules.merged(sent_values(row), before["values"])
    keys = [cell.key for cell in writing.rulebook.layout.cells if cell.slot in set(slots)]
    if not overrides:
        check_writable(before, keys)
    meta, config = details(row, before)
    custom = custom_messages(writing, row)
    if custom is None:
        # What was said about a value does not hold for another one.
        custom = [m for m in before["messages"] or () if m.get("field") not in keys]
    changed = sorted({*(before["changed"] or ()), *slots}) or None
    return Draft(before["n"], before, values, custom, meta, config, changed)


def store_changed(writing: Writing, drafts: Sequence[Draft]) -> None:
    """Store new records, and those that differ from what they were."""
    different = [draft for draft in drafts if draft.before is None or _differs(draft)]
    if different:
        writing.store(different)


def _differs(draft: Draft) -> bool:
    before = draft.before or {}
    custom = [m for m in before["messages"] or () if m["source"] == "custom-logic"] or None
    kept = [m for m in draft.custom if m["source"] == "custom-logic"] or None
    return (
        draft.changed != before["changed"]
        or kept != custom
        or not same([draft.values, draft.meta, draft.config], [before[name] for name in _CONTENT])
    )


class _Matches:
    """Which records have the values that rows have in a key Field."""

    def __init__(self, writing: Writing, cell: Cell, sent: Sequence[Sent]) -> None:
        self._cell = cell
        self._writing = writing
        self._known: dict[str, list[Row]] = {}
        self._seen: set[str] = set()
        texts = sorted({text for row in sent if (text := key_text(writing, cell, row)) is not None})
        for start in range(0, len(texts), CHUNK):
            for row in self._candidates(texts[start : start + CHUNK]):
                held = _at(row["values"], cell.slot)
                if held is not None:
                    self._known.setdefault(text_of(held), []).append(row)

    def _candidates(self, texts: Sequence[str]) -> Iterable[Row]:
        """Give the records that may have one of these texts, by the index if it has the Field."""
        writing, key = self._writing, self._cell.key
        names = (value_rule_name(key), unique_rule_name(key))
        rule = next((n for n in map(writing.rulebook.numbers.get, names) if n is not None), None)
        if rule is not None:
            # A rule that takes no notice of case finds more than the same texts.
            digests = {digest_of(form) for text in texts for form in (text, text.casefold())}
            found = index.having(writing.connection, [(rule, d) for d in digests], _MOST_FOUND)
            return writing.rows(found).values()
        # A cell may hold what its type does not ask for: a number, or a text in place of one.
        numbers = [number for text in texts if (number := number_of(text)) is not None]
        as_text = sort_expression(replace(self._cell, type=FieldType.STRING), writing.dialect)
        held = or_(
            as_text.in_([text[:SORTED_LENGTH] for text in texts]),
            dialect_of(writing.dialect).cell(self._cell.slot).number.in_(numbers),
        )
        statement = select(record).where(in_sheet(writing.state), held)
        return [dict(row) for row in writing.connection.execute(statement).mappings()]

    def of(self, row: Sent) -> Row | None:
        """Give the record a row means, or None when it is new; raise what makes that unclear."""
        path = ("values", self._cell.key)
        text = key_text(self._writing, self._cell, row)
        if text is None:
            raise DomainError("The key Field is empty.", path=path, code=ErrorCode.REQUIRED)
        if text in self._seen:
            raise Duplicate("Another row has the same value in the key Field.", path=path)
        self._seen.add(text)
        found = self._known.get(text, [])
        if len(found) > 1:
            msg = "Several records have this value in the key Field."
            raise DomainError(msg, path=path, code=ErrorCode.CONFLICT)
        return found[0] if found else None


def key_text(writing: Writing, cell: Cell, row: Sent) -> str | None:
    """Give the text by which a record is known again; None when the row has none."""
    values = row.get("values")
    sent = values.get(cell.key) if isinstance(values, Mapping) else None
    try:
        cells = writing.rulebook.rules.normalised({cell.key: sent})
    except DomainError:
        return None  # it is refused with its path when it is read
    value = _at(cells, cell.slot)
    return None if value is None or isinstance(value, list) else text_of(value)


def _at(values: Sequence[Any], slot: int) -> Any:
    return values[slot] if slot < len(values) else None
