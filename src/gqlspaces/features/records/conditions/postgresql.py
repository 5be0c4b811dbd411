"""How PostgreSQL reaches and compares stored values: by the operators of jsonb."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Double,
    Integer,
    Numeric,
    Text,
    any_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB

from gqlspaces.features.records.conditions.dialect import Dialect, Test, Value, Values
from gqlspaces.features.records.model import record

# Characters by their code points, and case by Unicode's simple mapping, whatever the locale is.
_CODE_POINTS = "C"
_UNICODE = "pg_c_utf8"

_FINAL_SIGMA = literal_column("'\N{GREEK SMALL LETTER FINAL SIGMA}'", Text)
_SIGMA = literal_column("'\N{GREEK SMALL LETTER SIGMA}'", Text)

_LARGEST = literal_column("1.7976931348623157e308", Numeric)
_SMALLEST = literal_column("4.9e-324", Numeric)
_ZERO = literal_column("0", Numeric)


class PostgresqlDialect(Dialect):
    """Expressions for PostgreSQL 17 and later, in a database of UTF-8."""

    invalid = not_(record.c.valid)

    def cell(self, slot: int) -> Value:
        """Give the value at a slot, without bound parameters."""
        return _Value(record.c["values"].op("->", return_type=JSONB())(literal_column(str(slot))))

    def cells(self) -> Values:
        """Give the values of a record, as many as its array has."""
        return _each(record.c["values"], "cell")

    def elements(self, value: Value) -> Values:
        """Give the elements of a list, none of what is no list."""
        return _each(value.elements, "element")

    def among(self, slot: ColumnElement[int], slots: Collection[int]) -> Test:
        """Tell whether a slot is one of these; one bound parameter, however many they are."""
        return slot == any_(literal(list(slots), ARRAY(BigInteger)))

    def apart(
        self, one: ColumnElement[Any], other: ColumnElement[Any], slots: Collection[int]
    ) -> Test:
        """Tell whether two arrays of cells have different values at one of these slots."""
        listed = func.unnest(literal(list(slots), ARRAY(Integer)))
        given = listed.table_valued(column("slot", Integer)).render_derived(name="s")

        def cell(values: ColumnElement[Any]) -> ColumnElement[Any]:
            document = values.op("->", return_type=JSONB())(given.c.slot)
            return func.coalesce(document, literal_column("'null'::jsonb", JSONB))

        return exists().select_from(given).where(cell(one) != cell(other))

    def literal(self, number: float) -> ColumnElement[float]:
        """Bind a number such that it equals the same number where that is stored."""
        return literal(number, Double)

    def pattern(self, like: str) -> ColumnElement[str]:
        """Bind a pattern: `%` is any run of characters, `_` one, nothing else is special."""
        return literal(like.replace("\\", "\\\\"), Text)

    def matches(self, text: ColumnElement[str], pattern: ColumnElement[str]) -> Test:
        """Tell whether a whole text fits a pattern, case-sensitively."""
        return text.like(pattern)

    def holds(self, text: ColumnElement[str], part: ColumnElement[str]) -> Test:
        """Tell whether a text has another one in it, case-sensitively."""
        return func.strpos(text, part, type_=Integer) > literal_column("0")

    def folded(self, text: ColumnElement[str]) -> ColumnElement[str]:
        """Give a text with its letters in lower case, character by character."""
        lower = func.lower(text.collate(_UNICODE))
        return func.replace(lower, _FINAL_SIGMA, _SIGMA, type_=Text)

    def has_message(self, level: str, key: str | None) -> Test:
        """Tell whether a record has a message of a type, for a Field if one is named."""
        wanted = {"type": level} if key is None else {"type": level, "field": key}
        return record.c.messages.bool_op("@>")(literal([wanted], JSONB))


@dataclass(frozen=True)
class _Value(Value):
    """A value as jsonb, SQL's NULL where there is none."""

    given: ColumnElement[Any]

    @property
    def is_text(self) -> Test:
        return self._kind == literal_column("'string'", Text)

    @property
    def is_true(self) -> Test:
        return self._is("true")

    @property
    def is_false(self) -> Test:
        return self._is("false")

    @property
    def is_empty(self) -> Test:
        return or_(self.given.is_(None), self._is("null"), self._is('""'), self._is("[]"))

    @property
    def text(self) -> ColumnElement[str]:
        text = self.given.op("#>>", return_type=Text())(literal_column("'{}'"))
        return text.collate(_CODE_POINTS)

    @property
    def number(self) -> ColumnElement[float]:
        exact = cast(self.given, Numeric)
        # Asked in this order: to cast what no double can hold would fail.
        return case(
            (self._kind != literal_column("'number'", Text), null()),
            (func.abs(exact).between(_SMALLEST, _LARGEST), cast(self.given, Double)),
            (exact == _ZERO, cast(_ZERO, Double)),
        )

    @property
    def elements(self) -> ColumnElement[str]:
        return case((self._kind == literal_column("'array'", Text), self.given))

    @property
    def _kind(self) -> ColumnElement[str]:
        return func.jsonb_typeof(self.given, type_=Text)

    def _is(self, document: str) -> Test:
        return self.given == literal_column(f"'{document}'::jsonb")


def _each(values: ColumnElement[Any], name: str) -> Values:
    rows = (
        func.jsonb_array_elements(values)
        .table_valued(column("value", JSONB), with_ordinality="place")
        .render_derived(name=name)
    )
    return Values(rows, rows.c.place - literal_column("1", BigInteger), _Value(rows.c.value))
