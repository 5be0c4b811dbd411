"""What a comparison means for each kind of cell, whatever the database.

A cell is empty, a text, a number, a truth value or a list. A literal is a text, and beyond that a
number or a truth value if it reads like one; it equals a cell that is the same in one of these
ways. Nothing equals a list.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Text, and_, exists, false, literal, or_

from gqlspaces.features.records.conditions.condition import Comparison, Operator
from gqlspaces.features.records.conditions.dialect import Dialect, Test, Value

_ORDERS: Final[Mapping[Operator, Callable[[Any, Any], Any]]] = {
    Operator.LT: operator.lt,
    Operator.GT: operator.gt,
    Operator.LTE: operator.le,
    Operator.GTE: operator.ge,
}


@dataclass(frozen=True)
class Comparing:
    """A comparison bound to a dialect; its tests may be NULL where they mean false.

    ``orders_texts`` tells for a cell whether texts in it come before and after others.
    """

    comparison: Comparison
    dialect: Dialect
    orders_texts: Test

    def test(self, cell: Value) -> Test:
        """Compare a cell that is not asked to be empty."""
        match self.comparison.operator:
            case Operator.EQ:
                return self._equals(cell)
            case Operator.LIKE | Operator.ILIKE:
                return self._fits(cell)
            case Operator.CONTAINS:
                return or_(self._holds(cell), self._some_element(cell, self._equals))
            case Operator.FIND:
                return or_(self._finds(cell), self._some_element(cell, self._finds))
            case Operator.FIND_EXACTLY:
                return or_(self._equals(cell), self._some_element(cell, self._equals))
            case order:
                return self._ordered(cell, _ORDERS[order])

    def _equals(self, value: Value) -> Test:
        tests = [value.is_text & (value.text == self._text)]
        match self.comparison.boolean:
            case True:
                tests.append(value.is_true)
            case False:
                tests.append(value.is_false)
        return or_(*tests, self._is_number(value))

    def _is_number(self, value: Value) -> Test:
        number = self.comparison.number
        return false() if number is None else value.number == self.dialect.literal(number)

    def _ordered(self, cell: Value, order: Callable[[Any, Any], Any]) -> Test:
        text = and_(self.orders_texts, cell.is_text, order(cell.text, self._text))
        number = self.comparison.number
        if number is None:
            return text
        return or_(text, order(cell.number, self.dialect.literal(number)))

    def _fits(self, cell: Value) -> Test:
        text, pattern = cell.text, self.dialect.pattern(self.comparison.literal)
        if self.comparison.operator is Operator.ILIKE:
            text, pattern = self.dialect.folded(text), self.dialect.folded(pattern)
        return cell.is_text & self.dialect.matches(text, pattern)

    def _holds(self, cell: Value) -> Test:
        if not self.comparison.literal:
            return false()
        return cell.is_text & self.dialect.holds(cell.text, self._text)

    def _finds(self, value: Value) -> Test:
        folded = self.dialect.folded
        found = self.dialect.holds(folded(value.text), folded(self._text))
        return or_(value.is_text & found, self._is_number(value))

    def _some_element(self, cell: Value, test: Callable[[Value], Test]) -> Test:
        elements = self.dialect.elements(cell)
        return exists().select_from(elements.source).where(test(elements.value))

    @property
    def _text(self) -> Any:
        return literal(self.comparison.literal, Text)
