"""Conditions as boolean SQL expressions, and expressions to sort by."""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import Grouping

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.comparing import Comparing
from gqlspaces.features.records.conditions.condition import (
    And,
    Comparison,
    Condition,
    Operator,
    Or,
    State,
    Status,
)
from gqlspaces.features.records.conditions.dialect import Dialect, DialectName, Test
from gqlspaces.features.records.conditions.dialects import dialect_of
from gqlspaces.features.records.layout import Cell, Layout

SORTED_LENGTH: Final = 500
"""How many characters of a text decide where it is sorted: no more fit into every index."""


def compiled(condition: Condition, layout: Layout, dialect: DialectName) -> ColumnElement[bool]:
    """Make the expression over a row of ``record`` that is true where a condition holds, or false.

    Fields are named by keys that the Layout has. Connections of SQLite need `register`.
    """
    return _Compiler(layout, dialect_of(dialect)).test(condition)


def sort_expression(cell: Cell, dialect: DialectName) -> ColumnElement[Any]:
    """Make what records are sorted by: a double for a Field of numbers, for any other a text.

    Texts stand by code point, truth values by their names; whatever else is in the cell is NULL.
    There are no bound parameters: an index on this expression serves lists that are sorted by it.
    """
    value = dialect_of(dialect).cell(cell.slot)
    if cell.type is FieldType.NUMBER:
        return Grouping(value.number)
    named = case(
        (value.is_text, func.substr(value.text, literal_column("1"), _SORTED)),
        (value.is_true, literal_column("'true'", Text)),
        (value.is_false, literal_column("'false'", Text)),
    )
    return Grouping(named)


_SORTED = literal_column(str(SORTED_LENGTH), Integer)


class _Compiler:
    def __init__(self, layout: Layout, dialect: Dialect) -> None:
        self._layout = layout
        self._dialect = dialect
        self._types = {cell.slot: cell.type for cell in layout.cells}

    def test(self, condition: Condition) -> Test:
        match condition:
            case And() | Or():
                return self._joined(condition)
            case Status():
                return self._status(condition)
            case Comparison(field, Operator.NE, text):
                return not_(self.test(Comparison(field, Operator.EQ, text)))
            case Comparison(operator=Operator.EQ, literal=""):
                return self._empty(condition.field)
            case Comparison(field=str(key)):
                return self._there(condition, key)
            case Comparison():
                return self._somewhere(condition)

    def _joined(self, condition: And | Or) -> Test:
        # SQLite's parser has room for a hundred open brackets and what waits before them: what
        # is nested deepest comes first, where nothing waits.
        deepest_first = sorted(condition.parts, key=_depth, reverse=True)
        tests = [self.test(part) for part in deepest_first]
        return and_(true(), *tests) if isinstance(condition, And) else or_(false(), *tests)

    def _status(self, status: Status) -> Test:
        if status.state is State.WARNING:
            return _certain(self._dialect.has_message("warn", status.field))
        wrong = self._dialect.invalid
        if status.field is not None:
            wrong = _certain(self._dialect.has_message("error", status.field))
        return wrong if status.state is State.ERROR else not_(wrong)

    def _empty(self, key: str | None) -> Test:
        if key is not None:
            return self._dialect.cell(self._layout.by_key[key].slot).is_empty
        cells = self._dialect.cells()
        mine = self._dialect.among(cells.slot, self._types)
        filled = select(func.count()).select_from(cells.source)
        filled = filled.where(mine, not_(cells.value.is_empty))
        # Cells that are cut off at the end of the array are empty as well.
        return filled.scalar_subquery() < literal(len(self._types))

    def _there(self, comparison: Comparison, key: str) -> Test:
        cell = self._layout.by_key[key]
        orders_texts = false() if cell.type is FieldType.NUMBER else true()
        comparing = Comparing(comparison, self._dialect, orders_texts)
        return _certain(comparing.test(self._dialect.cell(cell.slot)))

    def _somewhere(self, comparison: Comparison) -> Test:
        cells = self._dialect.cells()
        numbers = [slot for slot, kind in self._types.items() if kind is FieldType.NUMBER]
        orders_texts = not_(self._dialect.among(cells.slot, numbers)) if numbers else true()
        comparing = Comparing(comparison, self._dialect, orders_texts)
        mine = self._dialect.among(cells.slot, self._types)
        return exists().select_from(cells.source).where(mine, comparing.test(cells.value))


def _certain(test: Test) -> Test:
    return func.coalesce(test, false())


def _depth(condition: Condition) -> int:
    if isinstance(condition, And | Or):
        return 1 + max(map(_depth, condition.parts), default=0)
    return 0
