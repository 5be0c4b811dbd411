"""What a condition on records is: the one tree that queries, searches and filters end in."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


class Operator(StrEnum):
    """How a cell is compared with a literal; the last two belong to searches alone.

    ``find``: a text or an element of a list has the literal in it, case aside, or a number equals
    it. ``find-exactly``: the cell or an element of its list equals it.
    """

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    GT = "gt"
    LTE = "lte"
    GTE = "gte"
    LIKE = "like"
    ILIKE = "ilike"
    CONTAINS = "contains"
    FIND = "find"
    FIND_EXACTLY = "find-exactly"


class State(StrEnum):
    """What the messages of a record or of one of its cells make of it."""

    ERROR = "error"
    VALID = "valid"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The cell of a Field, by its key, compared with a text; None: that of any Field."""

    field: str | None
    operator: Operator
    literal: str

    @property
    def number(self) -> float | None:
        """The literal as a number: decimal digits, with a sign, fraction and exponent if any."""
        if not _NUMBER.fullmatch(self.literal):
            return None
        number = float(self.literal)
        return number if math.isfinite(number) else None

    @property
    def boolean(self) -> bool | None:
        """The literal as a truth value: true or false in any case."""
        return {"true": True, "false": False}.get(self.literal.lower())


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a record, or of the cell of one Field by its key."""

    state: State
    field: str | None = None


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts hold; without parts, every record is chosen."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """One of the parts holds; without parts, no record is chosen."""

    parts: "tuple[Condition, ...]"


Condition: TypeAlias = And | Or | Comparison | Status

EVERY: Final = And(())
NONE: Final = Or(())


def all_of(parts: Iterable[Condition]) -> Condition:
    """Join conditions that must all hold, without needless nesting."""
    return _joined(And, parts)


def any_of(parts: Iterable[Condition]) -> Condition:
    """Join conditions of which one must hold, without needless nesting."""
    return _joined(Or, parts)


def _joined(kind: type[And] | type[Or], parts: Iterable[Condition]) -> Condition:
    flat: list[Condition] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))
