"""How SQLite reaches and compares stored values: by its JSON functions and one of ours."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    REAL,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    UnaryExpression,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.operators import custom_op

from gqlspaces.features.records.conditions.dialect import Dialect, Test, Value, Values
from gqlspaces.features.records.model import record

_FINAL_SIGMA = "\N{GREEK SMALL LETTER FINAL SIGMA}"
_SIGMA = "\N{GREEK SMALL LETTER SIGMA}"

_GLOB = str.maketrans({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"})


def register(dbapi_connection: Any) -> None:
    """Give a connection, plain or of aiosqlite, the function ``fold`` that conditions call."""
    dbapi_connection.create_function("fold", 1, _fold, deterministic=True)


def _fold(text: Any) -> Any:
    """Lower the case of each character for itself, as Unicode's simple mapping does.

    Python lowers İ to two characters and Σ by what stands around it, which parts of texts and
    wildcards for one character could not be found by; a final sigma becomes a plain one.
    """
    if not isinstance(text, str):
        return text
    return text.replace("İ", "i").lower().replace(_FINAL_SIGMA, _SIGMA)


class SqliteDialect(Dialect):
    """Expressions for SQLite 3.38 and later, on connections that `register` was called for.

    A number is read as SQLite reads it, so that text by text the same number is the same.
    """

    # Not `valid = 0`, which is not what the index of records with errors says.
    invalid = UnaryExpression(record.c.valid, operator=custom_op("NOT"), type_=Boolean())

    def cell(self, slot: int) -> Value:
        """Give the value at a slot, without bound parameters."""
        path = literal_column(f"'$[{slot}]'", Text)
        values = record.c["values"]
        return _Value(func.json_type(values, path), func.json_extract(values, path))

    def cells(self) -> Values:
        """Give the values of a record, as many as its array has."""
        return _each(record.c["values"], "cell")

    def elements(self, value: Value) -> Values:
        """Give the elements of a list, none of what is no list."""
        return _each(value.elements, "element")

    def among(self, slot: ColumnElement[int], slots: Collection[int]) -> Test:
        """Tell whether a slot is one of these; one bound parameter, however many they are."""
        given = func.json_each(_json(list(slots))).table_valued(column("value", Integer), name="s")
        return slot.in_(select(given.c.value))

    def apart(
        self, one: ColumnElement[Any], other: ColumnElement[Any], slots: Collection[int]
    ) -> Test:
        """Tell whether two arrays of cells have different values at one of these slots."""
        given = func.json_each(_json(list(slots))).table_valued(column("value", Integer), name="s")

        def cell(values: ColumnElement[Any]) -> ColumnElement[str]:
            document = values.op("->", return_type=Text())(given.c.value)
            return func.coalesce(document, literal_column("'null'", Text))

        return exists().select_from(given).where(cell(one) != cell(other))

    def literal(self, number: float) -> ColumnElement[float]:
        """Bind a number such that it equals the same number where that is stored."""
        return cast(func.json_extract(_json(number), literal_column("'$'")), REAL)

    def pattern(self, like: str) -> ColumnElement[str]:
        """Bind a pattern: `%` is any run of characters, `_` one, nothing else is special."""
        return literal(like.translate(_GLOB), Text)

    def matches(self, text: ColumnElement[str], pattern: ColumnElement[str]) -> Test:
        """Tell whether a whole text fits a pattern, case-sensitively."""
        return text.bool_op("GLOB")(pattern)

    def holds(self, text: ColumnElement[str], part: ColumnElement[str]) -> Test:
        """Tell whether a text has another one in it, case-sensitively."""
        return func.instr(text, part, type_=Integer) > literal_column("0")

    def folded(self, text: ColumnElement[str]) -> ColumnElement[str]:
        """Give a text with its letters in lower case, character by character."""
        return func.fold(text, type_=Text)

    def has_message(self, level: str, key: str | None) -> Test:
        """Tell whether a record has a message of a type, for a Field if one is named."""
        source = func.json_each(record.c.messages).table_valued("value", name="message")

        def said(member: str) -> ColumnElement[str]:
            return func.json_extract(source.c.value, literal_column(f"'$.{member}'"), type_=Text)

        found = exists().select_from(source).where(said("type") == level)
        return found if key is None else found.where(said("field") == key)


@dataclass(frozen=True)
class _Value(Value):
    """A value as SQLite gives it, with what JSON calls its kind."""

    kind: ColumnElement[Any]
    given: ColumnElement[Any]

    @property
    def is_text(self) -> Test:
        return self._is("text")

    @property
    def is_true(self) -> Test:
        return self._is("true")

    @property
    def is_false(self) -> Test:
        return self._is("false")

    @property
    def is_empty(self) -> Test:
        bare_text = self._is("text") & (self.given == literal_column("''", Text))
        bare_list = self._is("array") & (self.given == literal_column("'[]'", Text))
        return or_(self.kind.is_(None), self._is("null"), bare_text, bare_list)

    @property
    def text(self) -> ColumnElement[str]:
        return self.given

    @property
    def number(self) -> ColumnElement[float]:
        return case((or_(self._is("integer"), self._is("real")), cast(self.given, REAL)))

    @property
    def elements(self) -> ColumnElement[str]:
        return case((self._is("array"), self.given))

    def _is(self, kind: str) -> Test:
        return self.kind == literal_column(f"'{kind}'", Text)


def _each(values: ColumnElement[Any], name: str) -> Values:
    rows = func.json_each(values).table_valued(column("key", Integer), "value", "type", name=name)
    return Values(rows, rows.c.key, _Value(rows.c.type, rows.c.value))


def _json(value: Any) -> ColumnElement[str]:
    return literal(orjson.dumps(value).decode(), Text)
