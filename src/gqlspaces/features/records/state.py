"""What a Space's own database knows of one Sheet: its number, slots, rules and counts."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.layout import Cell, Layout
from gqlspaces.features.records.model import sheet_state
from gqlspaces.features.records.numbers import first_of
from gqlspaces.kernel.reader import AnyRow

RULE_BITS = 20


@dataclass
class SheetState:
    """The state of a Sheet; ``save`` writes back what changed.

    ``slots`` lists, slot by slot, which Field it belongs to and under which key, and whether the
    Field was removed. ``rules`` maps an index rule with its definition to its number.
    """

    number: int
    sheet_id: str
    slots: list[dict[str, Any]]
    rules: dict[str, int]
    indexes: list[str] = dataclasses.field(default_factory=list)
    digest: str = ""
    records: int = 0
    commits: int = 0
    total: int = 0
    valid: int = 0
    snapshots: int = 0

    def layout(self, fields: Sequence[AnyRow]) -> Layout:
        """Give the layout for the Fields as they are; a Field without a slot has no values."""
        slots = {slot["field"]: number for number, slot in enumerate(self.slots)}
        cells = tuple(
            Cell(slots[field.id], field.key, field.label or field.key, FieldType(field.type))
            for field in fields
            if field.id in slots
        )
        present = {cell.slot for cell in cells}
        removed = tuple(
            Cell(number, slot["key"], slot["key"], FieldType(slot["type"]))
            for number, slot in enumerate(self.slots)
            if number not in present and not slot.get("purged")
        )
        return Layout(cells, removed)

    def adopt(self, fields: Sequence[AnyRow]) -> None:
        """Give every Field its slot: its own, the one it left under the same key, or a new one."""
        wanted = {field.id: field for field in fields}
        known = {slot["field"] for slot in self.slots}
        left = {
            slot["key"]: slot
            for slot in self.slots
            if slot["field"] not in wanted and not slot.get("purged")
        }
        for field in fields:
            if field.id not in known:
                slot = left.pop(field.key, None)
                if slot is None:
                    slot = {}
                    self.slots.append(slot)
                slot["field"] = field.id
        for slot in self.slots:
            if owner := wanted.get(slot["field"]):
                slot |= {"key": owner.key, "type": str(owner.type)}

    def rule(self, name: str, definition: str) -> int:
        """Give the number of an index rule, a new one if it is new or defined anew."""
        known = f"{name}\n{definition}"
        if known not in self.rules:
            newest = max(self.rules.values(), default=self.number << RULE_BITS)
            self.rules[known] = newest + 1
        return self.rules[known]

    def rule_named(self, name: str) -> int | None:
        """Give the number of an index rule as it was last defined, if it ever was."""
        known = (number for rule, number in self.rules.items() if rule.partition("\n")[0] == name)
        return max(known, default=None)

    def next_record(self, count: int = 1) -> int:
        """Take numbers for new records and give the first."""
        first = first_of(self.number) + self.records + 1
        self.records += count
        return first

    def next_commit(self) -> int:
        """Take the number of a new commit."""
        self.commits += 1
        return first_of(self.number) + self.commits

    def next_snapshot(self) -> int:
        """Take the number of a new snapshot."""
        self.snapshots += 1
        return first_of(self.number) + self.snapshots

    def save(self, connection: Connection) -> None:
        """Write the state back."""
        values = {name: value for name, value in vars(self).items() if name != "number"}
        connection.execute(
            update(sheet_state).where(sheet_state.c.number == self.number).values(values)
        )


def find_state(connection: Connection, sheet_id: str) -> SheetState | None:
    """Give the state of a Sheet, or None when it never held a record."""
    row = connection.execute(
        select(sheet_state).where(sheet_state.c.sheet_id == sheet_id)
    ).one_or_none()
    return None if row is None else _state_of(row._mapping)  # noqa: SLF001 - its public mapping


def all_states(connection: Connection) -> list[SheetState]:
    """Give the states of all Sheets that ever held a record."""
    rows = connection.execute(select(sheet_state).order_by(sheet_state.c.number))
    return [_state_of(row) for row in rows.mappings()]


def make_state(connection: Connection, sheet_id: str) -> SheetState:
    """Give the state of a Sheet that is about to hold records, made if need be."""
    found = find_state(connection, sheet_id)
    if found is not None:
        return found
    newest = connection.scalar(select(func.max(sheet_state.c.number))) or 0
    made = SheetState(newest + 1, sheet_id, [], {})
    connection.execute(insert(sheet_state), vars(made))
    return made


def _state_of(row: Mapping[Any, Any]) -> SheetState:
    return SheetState(**{str(name): value for name, value in row.items()})
