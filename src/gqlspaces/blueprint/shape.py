"""The shape of a Blueprint document: which lists hold items that are known by a key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from gqlspaces.blueprint.patch import MERGED_KEYS


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of one part of the document: an object, or a list of such objects.

    `known_by` names the attributes that tell the items of a list apart; `word` is what people
    call an item; `is_merged` says that changes to it leave unknown keys alone.
    """

    word: str = ""
    known_by: tuple[str, ...] = ()
    parts: Mapping[str, "Shape"] = field(default_factory=dict)
    is_merged: bool = False

    def part(self, key: str) -> "Shape":
        """The shape of what the object has under this key."""
        if self.is_merged or key in MERGED_KEYS:
            return _MERGED
        return self.parts.get(key, _FREE)

    def key_of(self, item: Any) -> str | None:
        """What tells the item from others in its list; None where it has no key."""
        if not isinstance(item, dict):
            return None
        values = [item[name] for name in self.known_by if name in item]
        texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
        return " ".join(texts) if texts else None


class Item(NamedTuple):
    """An item that a path goes through: what it is called and its key."""

    word: str
    key: str


@dataclass(frozen=True, slots=True)
class Address:
    """A path taken apart: the items it goes through, the attributes below the last of them."""

    items: tuple[Item, ...]
    rest: tuple[str, ...]
    shape: Shape

    @property
    def is_item(self) -> bool:
        """Whether the path leads to an item of a list."""
        return not self.rest

    @property
    def is_list(self) -> bool:
        """Whether the path leads to a list whose items are known by a key."""
        return bool(self.rest and self.shape.known_by)


def address_of(path: tuple[str, ...]) -> Address:
    """The path taken apart."""
    items: list[Item] = []
    rest: list[str] = []
    shape = BLUEPRINT
    for step in path:
        if rest and shape.known_by:
            items.append(Item(shape.word, step))
            rest = []
        else:
            shape = shape.part(step)
            rest.append(step)
    return Address(tuple(items), tuple(rest), shape)


_FREE: Final = Shape()
_MERGED: Final = Shape(is_merged=True)

_CHOICES: Final = Shape(parts={"options": Shape("option", ("value",))})
_RULE: Final = Shape("rule", ("type", "name", "validator"))
_QUESTION: Final = Shape("question", ("key",), {"config": _CHOICES})
_ACTION: Final = Shape(
    "Action",
    ("operation",),
    {"constraints": _RULE, "inputForm": Shape(parts={"fields": _QUESTION})},
)
_FIELD: Final = Shape(
    "Field", ("key",), {"constraints": _RULE, "config": _CHOICES, "actions": _ACTION}
)
_SHEET: Final = Shape(
    "Sheet", ("slug",), {"fields": _FIELD, "constraints": _RULE, "actions": _ACTION}
)
_WORKBOOK: Final = Shape("Workbook", ("name",), {"sheets": _SHEET, "actions": _ACTION})
_DOCUMENT: Final = Shape("Document", ("title",), {"actions": _ACTION})

BLUEPRINT: Final = Shape(
    parts={
        "workbooks": _WORKBOOK,
        "documents": _DOCUMENT,
        "actions": _ACTION,
        "space": Shape(parts={"actions": _ACTION}),
    }
)
