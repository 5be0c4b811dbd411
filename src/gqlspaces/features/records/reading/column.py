"""What a column holds: its distinct values with how often, and figures worked out over it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Integer,
    Select,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.dialects import dialect_of
from gqlspaces.features.records.conditions.sql import sort_expression
from gqlspaces.features.records.layout import Cell
from gqlspaces.features.records.model import record
from gqlspaces.features.records.reading.sheet import OpenSheet
from gqlspaces.features.records.selection import Selection
from gqlspaces.kernel.errors import DomainError

_LISTS = {FieldType.ENUM_LIST, FieldType.STRING_LIST, FieldType.REFERENCE_LIST}


@dataclass(frozen=True, slots=True)
class DistinctValue:
    """A value of a column and how many of the records chosen have it."""

    value: Any
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers worked out over a column of the records chosen (domain reference 2.5)."""

    count: int
    empty: int
    changed: int
    sum: float | None
    average: float | None
    min: Any
    max: Any

    @property
    def non_empty(self) -> int:
        """How many cells hold something."""
        return self.count - self.empty


def distinct_values(
    sheet: OpenSheet, selection: Selection, field: str, *, size: int
) -> list[DistinctValue]:
    """Give the values of a column, the most frequent first; of lists their elements.

    Texts are told apart by as many characters as they are sorted by.
    """
    cell = _cell(sheet, field)
    chosen = selection.statement(sheet.state, sheet.layout, sheet.dialect)
    if cell.type in _LISTS:
        dialect = dialect_of(sheet.dialect)
        elements = dialect.elements(dialect.cell(cell.slot))
        value: ColumnElement[Any] = elements.value.text
        chosen = chosen.select_from(record.join(elements.source, true()))
    else:
        value = sort_expression(cell, sheet.dialect)
    held, times = value.label("value"), func.count().label("times")
    grouped: Select[Any] = chosen.with_only_columns(held, times).where(value.is_not(None))
    order = (times.desc(), held.asc())
    rows = sheet.rows(grouped.group_by(held).order_by(None).order_by(*order).limit(size))
    return [DistinctValue(_shown(cell, row["value"]), row["times"]) for row in rows]


def figures(sheet: OpenSheet, selection: Selection, field: str) -> Figures:
    """Work out all figures over a column by one statement."""
    cell = _cell(sheet, field)
    value = dialect_of(sheet.dialect).cell(cell.slot)
    key = sort_expression(cell, sheet.dialect)
    chosen = selection.statement(sheet.state, sheet.layout, sheet.dialect)
    row = sheet.rows(
        chosen.with_only_columns(
            func.count().label("count"),
            _times(value.is_empty).label("empty"),
            _times(_is_changed(cell, sheet.dialect)).label("changed"),
            func.sum(cast(value.number, Double)).label("sum"),
            func.avg(cast(value.number, Double)).label("average"),
            func.min(key).label("min"),
            func.max(key).label("max"),
        ).order_by(None)
    )[0]
    least, most = (_shown(cell, row[name]) for name in ("min", "max"))
    return Figures(**{**row, "min": least, "max": most})


def _cell(sheet: OpenSheet, field: str) -> Cell:
    cell = sheet.layout.by_key.get(field)
    if cell is None:
        msg = f"The Sheet has no Field {field[:40]!r}."
        raise DomainError(msg, path=("field",), code="BAD_USER_INPUT")
    return cell


def _times(test: ColumnElement[bool]) -> ColumnElement[int]:
    one, none = literal_column("1", Integer), literal_column("0", Integer)
    return func.coalesce(func.sum(case((test, one), else_=none)), none)


def _is_changed(cell: Cell, dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        listed = cast(literal_column(f"'[{cell.slot}]'"), JSONB)
        return record.c.changed.op("@>", is_comparison=True)(listed)
    each = func.json_each(record.c.changed).table_valued("value", name="slot")
    return select(each.c.value).where(each.c.value == literal_column(str(cell.slot))).exists()


def _shown(cell: Cell, value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if cell.type is FieldType.BOOLEAN and value in {"true", "false"}:
        return value == "true"
    return value
