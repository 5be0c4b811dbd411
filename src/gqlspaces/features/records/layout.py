"""Where the values of a Sheet's Fields stand in the array that a record stores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gqlspaces.blueprint.field_type import FieldType


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of one Field: ``slot`` is the index of its value."""

    slot: int
    key: str
    label: str
    type: FieldType


@dataclass(frozen=True)
class Layout:
    """The cells of a Sheet in the order of its Fields, and those of Fields that were removed.

    A slot belongs to one Field for ever; what a removed Field held is kept until it is purged.
    """

    cells: tuple[Cell, ...]
    removed: tuple[Cell, ...] = ()

    @classmethod
    def by_position(cls, fields: Sequence[Any]) -> "Layout":
        """Give Fields that hold nothing yet slots in their order."""
        return cls(
            tuple(
                Cell(slot, field.key, field.label or field.key, FieldType(field.type))
                for slot, field in enumerate(fields)
            )
        )

    @cached_property
    def by_key(self) -> Mapping[str, Cell]:
        """The cells by the key of their Field."""
        return {cell.key: cell for cell in self.cells}

    @cached_property
    def width(self) -> int:
        """How many values an array of a record has at the most."""
        return 1 + max((cell.slot for cell in (*self.cells, *self.removed)), default=-1)

    def named(self, name: str) -> Cell | None:
        """Give the cell of a Field by its key, or else by its label."""
        return self.by_key.get(name) or next((c for c in self.cells if c.label == name), None)

    def unpacked(self, values: Sequence[Any]) -> dict[str, Any]:
        """Give the values by key, empty cells left out."""
        return dict(_filled(self.cells, values))

    def unpacked_removed(self, values: Sequence[Any]) -> dict[str, Any]:
        """Give the values that removed Fields have left, by the key they had."""
        return dict(_filled(self.removed, values))


def _filled(cells: Sequence[Cell], values: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for cell in cells:
        if cell.slot < len(values) and values[cell.slot] is not None:
            yield cell.key, values[cell.slot]
