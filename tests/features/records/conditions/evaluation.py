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
        case Status(State.ERROR, key):
            return has_message(stored, "error", key)
        case Status(State.VALID, key):
            return not has_message(stored, "error", key)
        case Status(_, key):
            return has_message(stored, "warn", key)
        case Comparison(key, Operator.NE, text):
            return not holds(Comparison(key, Operator.EQ, text), stored, layout)
        case Comparison(key, compared, text):
            cells = layout.cells if key is None else [layout.by_key[key]]
            return any(meets(stored.at(cell), cell.type, compared, text) for cell in cells)


def has_message(stored: Stored, level: str, key: str | None) -> bool:
    return any(
        message["type"] == level and key in {None, message.get("field")}
        for message in stored.messages
    )


def meets(value: Any, type: FieldType, compared: Operator, text: str) -> bool:
    match compared:
        case Operator.EQ:
            return equals(value, text)
        case Operator.LIKE:
            return isinstance(value, str) and fits(value, text)
        case Operator.ILIKE:
            return isinstance(value, str) and fits(fold(value), fold(text))
        case Operator.CONTAINS if isinstance(value, str):
            return text != "" and text in value
        case Operator.CONTAINS:
            return any(same(one, text) for one in elements(value))
        case Operator.FIND:
            return any(finds(one, text) for one in [value, *elements(value)])
        case Operator.FIND_EXACTLY:
            return any(same(one, text) for one in [value, *elements(value)])
        case order:
            return comes(value, type, ORDERS[order], text)


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


def finds(value: Any, text: str) -> bool:
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
