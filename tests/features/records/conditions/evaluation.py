"""Conditions evaluated in plain Python, one record at a time: what both databases must say."""

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.condition import (
    And,
    Comparison,
    Condition,
    Operator,
    Or,
    State,
    Status,
)
from gqlspaces.features.records.layout import Cell, Layout

ORDERS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.LT: operator.lt,
    Operator.GT: operator.gt,
    Operator.LTE: operator.le,
    Operator.GTE: operator.ge,
}


@dataclass(frozen=True)
class Stored:
    """What of a record conditions see."""

    values: list[Any]
    messages: list[dict[str, str]] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return not has_message(self, "error", None)

    def at(self, cell: Cell) -> Any:
        return self.values[cell.slot] if cell.slot < len(self.values) else None


def holds(condition: Condition, stored: Stored, layout: Layout) -> bool:
    match condition:
        case And(parts):
            return all(holds(part, stored, layout) for part in parts)
        case Or(parts):
            return any(holds(part, stored, layout) for part in parts)
        case Status(state, key):
            level = "warn" if state is State.WARNING else "error"
            return has_message(stored, level, key) != (state is State.VALID)
        case Comparison(key, compared, text):
            cells = layout.cells if key is None else [layout.by_key[key]]
            positive = Operator.EQ if compared is Operator.NE else compared
            met = any(meets(stored.at(cell), cell.type, positive, text) for cell in cells)
            return met != (compared is Operator.NE)


def has_message(stored: Stored, level: str, key: str | None) -> bool:
    return any(
        message["type"] == level and key in {None, message.get("field")}
        for message in stored.messages
    )


def meets(value: Any, type: FieldType, compared: Operator, text: str) -> bool:
    if compared in ORDERS:
        return comes(value, type, ORDERS[compared], text)
    return MEETINGS[compared](value, text)


def equals(value: Any, text: str) -> bool:
    return value in (None, "", []) if text == "" else same(value, text)


def same(value: Any, text: str) -> bool:
    match value:
        case bool():
            return text.lower() == str(value).lower()
        case int() | float():
            return as_number(text) == float(value)
        case str():
            return value == text
    return False


def like(value: Any, text: str) -> bool:
    return isinstance(value, str) and fits(value, text)


def ilike(value: Any, text: str) -> bool:
    return isinstance(value, str) and fits(fold(value), fold(text))


def contains(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return text != "" and text in value
    return any(same(one, text) for one in elements(value))


def finds(value: Any, text: str) -> bool:
    return any(found_in(one, text) for one in [value, *elements(value)])


def finds_exactly(value: Any, text: str) -> bool:
    return any(same(one, text) for one in [value, *elements(value)])


MEETINGS: Mapping[Operator, Callable[[Any, str], bool]] = {
    Operator.EQ: equals,
    Operator.LIKE: like,
    Operator.ILIKE: ilike,
    Operator.CONTAINS: contains,
    Operator.FIND: finds,
    Operator.FIND_EXACTLY: finds_exactly,
}


def comes(value: Any, type: FieldType, order: Callable[[Any, Any], bool], text: str) -> bool:
    match value:
        case bool():
            return False
        case int() | float():
            number = as_number(text)
            return number is not None and order(float(value), number)
        case str():
            return type is not FieldType.NUMBER and order(value, text)
    return False


def found_in(value: Any, text: str) -> bool:
    match value:
        case str():
            return fold(text) in fold(value)
        case int() | float() if not isinstance(value, bool):
            return same(value, text)
    return False


def elements(value: Any) -> Iterator[Any]:
    return iter(value if isinstance(value, list) else ())


def as_number(text: str) -> float | None:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        return None
    return number if math.isfinite(number := float(text)) else None


def fold(text: str) -> str:
    return "".join({"İ": "i", "ς": "\u03c3"}.get(one, one.lower()) for one in text)


def fits(text: str, pattern: str) -> bool:
    """Match by the beginnings that can be matched: places[i] tells of text[:i]."""
    places = [True] + [False] * len(text)
    for one in pattern:
        if one == "%":
            first = places.index(True) if True in places else len(places)
            places = [place >= first for place in range(len(places))]
        else:
            fitting = [one in {"_", character} for character in text]
            places = [False, *(a and b for a, b in zip(places, fitting, strict=False))]
    return places[-1]
