"""The rules of a Sheet for the values of its records, compiled once and asked per record."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from hashlib import blake2b
from typing import Any, Final, TypeAlias

from gqlspaces.blueprint.problems import echo, suggestion
from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.values.check import check_of
from gqlspaces.features.records.values.column import Column, FieldRow, columns_of
from gqlspaces.features.records.values.digest import DIGEST_BYTES, same, text_of
from gqlspaces.features.records.values.index import (
    RECORD_ID,
    Demand,
    Entry,
    IndexRule,
    UniqueRule,
    composite_of,
    pair_rule,
    unique_of,
    value_rule,
)
from gqlspaces.features.records.values.messages import Message, path_item
from gqlspaces.features.records.values.normal import normaliser
from gqlspaces.features.records.values.reference import Reference, reference_of
from gqlspaces.kernel.errors import DomainError, Invalid

Stranger: TypeAlias = Callable[[str, Any], None]
"""Is told the key and value of what a record brings for a Field that the Sheet does not have."""

# Looking for a similar key is slow; senders of more unknown keys than this get no hint.
_HINTS: Final = 100


class SheetRules:
    """All that the values of a Sheet's records must be, for one state of its Blueprint.

    ``demands`` are what references, of this Sheet and of others, ask this Sheet to index.
    """

    def __init__(
        self,
        fields: Iterable[FieldRow | Mapping[str, Any]],
        layout: Layout,
        *,
        constraints: Iterable[Mapping[str, Any]] = (),
        demands: Collection[Demand] = (),
    ) -> None:
        columns = columns_of(fields, layout)
        found = [reference_of(column, layout) for column in columns]
        self.layout: Final = layout
        self.references: Final[tuple[Reference, ...]] = tuple(r for r in found if r)
        self.order: Final[Mapping[str, int]] = {c.key: place for place, c in enumerate(columns)}
        """The place of each Field by its key."""

        unique = _unique_rules(columns, constraints, layout)
        indexed = [*(rule for rule, _ in unique), *_looked_up(self.references, demands, layout)]
        self.unique: Final[Mapping[str, UniqueRule]] = {rule.name: rule for _, rule in unique}
        self.definitions: Final[Mapping[str, str]] = {r.name: r.definition for r in indexed}
        """The definition of every rule that entries are made under, by its name."""
        self.digest: Final = _digest(columns, self.references, self.unique, self.definitions)
        """Changes with anything that the messages or entries of a record depend on."""

        self._width = layout.width
        self._slots = {c.key: c.slot for c in columns}
        self._places = {c.key: (c.slot, normaliser(c)) for c in columns}
        self._checks = [(c.slot, check_of(c)) for c in columns]
        self._enter = [rule.enter for rule in indexed]
        self.reads_ids: Final = any(RECORD_ID in demand for demand in demands)
        """Whether the entries of a record may depend on its id."""

        self._hints: dict[str, str] = {}

    def normalised(self, values: Any, strange: Stranger | None = None) -> list[Any]:
        """Give the cells of a new record from the values that were sent by key.

        Raises the first value that cannot be stored, and an unknown key unless ``strange`` takes
        it, with the path in the record.
        """
        return _trimmed(self._stored(values, strange))

    def merged(
        self, values: Any, previous: Sequence[Any], strange: Stranger | None = None
    ) -> tuple[list[Any], list[int]]:
        """Give the cells of a record after values were sent, and the slots that changed.

        What was not sent stays; null clears. Raises as ``normalised`` does.
        """
        sent = self._stored(values, strange)
        cells = self._full(previous)
        changed = []
        for key in values:
            slot = self._slots.get(key)
            if slot is not None and not same(cells[slot], sent[slot]):
                cells[slot] = sent[slot]
                changed.append(slot)
        return _trimmed(cells), changed

    def renewed(self, cells: Sequence[Any]) -> tuple[list[Any], list[int]]:
        """Give stored cells in the form that these rules store, and the slots that changed."""
        return self.merged(self.layout.unpacked(cells), cells)

    def converted(self, cells: Sequence[Any]) -> list[Any]:
        """Give stored cells in the form that these rules store, where that can be undone."""
        renewed, changed = self.renewed(cells)
        full = self._full(renewed)
        for slot in changed:
            after, before = full[slot], cells[slot]
            if after is None or text_of(after) != text_of(before):
                full[slot] = before
        return _trimmed(full)

    def messages(self, cells: Sequence[Any]) -> list[Message]:
        """Give what is wrong with a record by itself, in the order of the Fields.

        What takes other records to know, ``unique`` and ``references`` tell.
        """
        if len(cells) < self._width:
            cells = self._full(cells)
        return [fault for slot, check in self._checks if (fault := check(cells[slot])) is not None]

    def entries(self, cells: Sequence[Any], record_id: str) -> list[Entry]:
        """Give what a record enters into the index: names of rules with digests, none twice."""
        if len(cells) < self._width:
            cells = self._full(cells)
        found: list[Entry] = []
        for enter in self._enter:
            enter(cells, record_id, found.append)
        return found

    def _full(self, cells: Sequence[Any]) -> list[Any]:
        return [*cells, *[None] * (self._width - len(cells))]

    def _stored(self, values: Any, strange: Stranger | None) -> list[Any]:
        if not isinstance(values, dict):
            raise Invalid("Must be an object of values by the keys of Fields.", path=("values",))
        cells: list[Any] = [None] * self._width
        places, key = self._places, ""
        try:
            for key, value in values.items():
                place = places.get(key)
                if place is not None:
                    slot, normalise = place
                    cells[slot] = normalise(value)
                elif strange is not None:
                    strange(key, value)
                else:
                    raise Invalid(self._unknown(key))
        except DomainError as error:
            error.path = ("values", path_item(key), *error.path)
            raise
        return cells

    def _unknown(self, key: str) -> str:
        if key not in self._hints and len(self._hints) < _HINTS:
            self._hints[key] = suggestion(key, self._slots)
        return f"There is no Field {echo(key)}.{self._hints.get(key, '')}"


def _unique_rules(
    columns: Iterable[Column], constraints: Iterable[Mapping[str, Any]], layout: Layout
) -> list[tuple[IndexRule, UniqueRule]]:
    single = (unique_of(column) for column in columns)
    composite = (composite_of(c, layout) for c in constraints if c["type"] == "unique")
    return [rule for rule in (*single, *composite) if rule is not None]


def _looked_up(
    references: Iterable[Reference], demands: Collection[Demand], layout: Layout
) -> Iterable[IndexRule]:
    """Give the rules by which references are followed, forward and back, each once."""
    rules = [value_rule(reference.field, layout) for reference in references]
    for key, by in sorted(demands, key=lambda demand: (demand[0], demand[1] or "")):
        rules.append(value_rule(key, layout) if by is None else pair_rule(key, by, layout))
    return {rule.name: rule for rule in rules if rule is not None}.values()


def _digest(
    columns: Iterable[Column],
    references: Iterable[Reference],
    unique: Mapping[str, UniqueRule],
    definitions: Mapping[str, str],
) -> str:
    basis = (
        [column.basis for column in columns],
        [asdict(reference) for reference in references],
        [rule.messages for rule in unique.values()],
        sorted(definitions.items()),
    )
    text = json.dumps(basis, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()


def _trimmed(cells: list[Any]) -> list[Any]:
    while cells and cells[-1] is None:
        cells.pop()
    return cells
