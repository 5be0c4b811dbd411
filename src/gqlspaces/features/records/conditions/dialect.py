"""What the databases say each in its own way: how a stored value is reached and compared."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, FromClause

DialectName: TypeAlias = Literal["sqlite", "postgresql"]
Test: TypeAlias = ColumnElement[bool]


class Value(ABC):
    """A stored value: a cell, or an element of a list."""

    @property
    @abstractmethod
    def is_text(self) -> Test:
        """Whether it is a text."""

    @property
    @abstractmethod
    def is_true(self) -> Test:
        """Whether it is the truth value true."""

    @property
    @abstractmethod
    def is_false(self) -> Test:
        """Whether it is the truth value false."""

    @property
    @abstractmethod
    def is_empty(self) -> Test:
        """Whether it is absent or null, or has nothing in it; never NULL."""

    @property
    @abstractmethod
    def text(self) -> ColumnElement[str]:
        """The text, where it is one; elsewhere anything."""

    @property
    @abstractmethod
    def number(self) -> ColumnElement[float]:
        """The number as a double, NULL where there is none."""

    @property
    @abstractmethod
    def elements(self) -> ColumnElement[str]:
        """The JSON of a list, NULL where there is none."""


@dataclass(frozen=True)
class Values:
    """Rows with a value each: the cells of a record with their slots, or the elements of a list."""

    source: FromClause
    slot: ColumnElement[int]
    value: Value


class Dialect(ABC):
    """The expressions that differ; none can fail, whatever a cell holds.

    A test may be NULL where it means false.
    """

    invalid: Test
    """Whether a record has an error, said so that the index of such records is used."""

    @abstractmethod
    def cell(self, slot: int) -> Value:
        """Give the value at a slot, without bound parameters."""

    @abstractmethod
    def cells(self) -> Values:
        """Give the values of a record, as many as its array has."""

    @abstractmethod
    def elements(self, value: Value) -> Values:
        """Give the elements of a list, none of what is no list."""

    @abstractmethod
    def among(self, slot: ColumnElement[int], slots: Collection[int]) -> Test:
        """Tell whether a slot is one of these; one bound parameter, however many they are."""

    @abstractmethod
    def apart(
        self, one: ColumnElement[Any], other: ColumnElement[Any], slots: Collection[int]
    ) -> Test:
        """Tell whether two arrays of cells have different values at one of these slots."""

    @abstractmethod
    def literal(self, number: float) -> ColumnElement[float]:
        """Bind a number such that it equals the same number where that is stored."""

    @abstractmethod
    def pattern(self, like: str) -> ColumnElement[str]:
        """Bind a pattern: `%` is any run of characters, `_` one, nothing else is special."""

    @abstractmethod
    def matches(self, text: ColumnElement[str], pattern: ColumnElement[str]) -> Test:
        """Tell whether a whole text fits a pattern, case-sensitively."""

    @abstractmethod
    def holds(self, text: ColumnElement[str], part: ColumnElement[str]) -> Test:
        """Tell whether a text has another one in it, case-sensitively."""

    @abstractmethod
    def folded(self, text: ColumnElement[str]) -> ColumnElement[str]:
        """Give a text with each letter in lower case for itself, and every sigma a plain one.

        This is Unicode's simple mapping: for SQLite in the version that Python knows (3.11:
        Unicode 14), for PostgreSQL in its own (18: Unicode 16). They agree on all letters that
        both know; one that is newer stays as it is.
        """

    @abstractmethod
    def has_message(self, level: str, key: str | None) -> Test:
        """Tell whether a record has a message of a type, for a Field if one is named."""
