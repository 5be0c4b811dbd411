"""How two Blueprint documents differ, and a document with such differences applied.

Items of a list are told apart as `configureSpace` tells them apart: Workbooks by name, Sheets by
slug, Fields by key, Actions by operation, Documents by title. A path names an item by that key::

    ("workbooks", "Customer Data", "sheets", "contacts", "fields", "email", "label")
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gqlspaces.blueprint.limits import ECHO_LENGTH
from gqlspaces.blueprint.problems import echo
from gqlspaces.blueprint.shape import BLUEPRINT, Address, Item, Shape, address_of


class DifferenceKind(StrEnum):
    """What became of a part of the document."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that is not as it was; what never was, or is no more, is None.

    A list whose order changed is CHANGED, with the keys of its items before and after.
    """

    kind: DifferenceKind
    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def is_order(self) -> bool:
        """Whether it tells of the order of a list rather than of a value."""
        return (
            self.kind is DifferenceKind.CHANGED
            and address_of(self.path).is_list
            and all(map(_is_keys, (self.before, self.after)))
        )


def _is_keys(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(key, str) for key in value)


_ABSENT: Final[Any] = object()

ORDER_SHOWN: Final = 5

_INSIDE: Final = frozenset({"sheets", "fields", "actions"})

_ITEM_VERBS: Final[Mapping[DifferenceKind, tuple[str, str]]] = {
    DifferenceKind.ADDED: ("Adds", "to"),
    DifferenceKind.CHANGED: ("Changes", "of"),
    DifferenceKind.REMOVED: ("Removes", "from"),
}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What makes `after` of `before`, in the order of the documents."""
    return list(_between_objects((), BLUEPRINT, before, after))


def apply_differences(document: Mapping[str, Any], changes: Iterable[Difference]) -> dict[str, Any]:
    """The document with the changes made, in their order; the argument stays as it is.

    Applied to the document they start from they give the one they lead to. Another document keeps
    what it has of its own: a change to what is gone already is passed over, an added or removed
    object of `metadata` or `settings` leaves other keys of it alone, and an added item that is
    there already keeps the Sheets, Fields and Actions that it has for itself.
    """
    changed = deepcopy(dict(document))
    for change in changes:
        _Place(changed, change).write()
    return changed


def describe(difference: Difference) -> str:
    """One sentence without a full stop, such as "Adds the Field email to the Sheet contacts"."""
    place = address_of(difference.path)
    if place.is_item:
        verb, to = _ITEM_VERBS[difference.kind]
        item = place.items[-1]
        return f"{verb} the {item.word} {item.key} {to} {_named(place.items[-2:-1])}"
    if difference.is_order:
        keys = difference.after
        shown = ", ".join(keys[:ORDER_SHOWN]) + (", …" if len(keys) > ORDER_SHOWN else "")
        return f"Orders the {place.shape.word}s of {_named(place.items[-1:])} anew: {shown}"
    return _described_value(difference, place)


def _between_objects(
    path: tuple[str, ...], shape: Shape, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for key in [*before, *(key for key in after if key not in before)]:
        pair = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if not _are_same(*pair):
            yield from _between_values((*path, key), shape.part(key), *pair)


def _between_values(
    path: tuple[str, ...], shape: Shape, before: Any, after: Any
) -> Iterator[Difference]:
    old, new = _items(shape, before), _items(shape, after)
    if old is not None and new is not None:
        yield from _between_items(path, shape, old, new)
        if not new:
            left = _ABSENT if before is _ABSENT or (old and _is_dropped(path)) else []
            yield from _replacement(path, left, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _between_objects(path, shape, before, after)
    else:
        yield from _replacement(path, before, after)


def _between_items(
    path: tuple[str, ...], shape: Shape, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    for key, item in old.items():
        if key not in new:
            yield Difference(DifferenceKind.REMOVED, (*path, key), item, None)
    stayed = [key for key in old if key in new]
    added = [key for key in new if key not in old]
    for key in stayed:
        yield from _between_objects((*path, key), shape, old[key], new[key])
    for key in added:
        yield Difference(DifferenceKind.ADDED, (*path, key), None, new[key])
    if [*stayed, *added] != list(new):
        yield Difference(DifferenceKind.CHANGED, path, list(old), list(new))


def _replacement(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if before is _ABSENT and after is not _ABSENT:
        yield Difference(DifferenceKind.ADDED, path, None, after)
    elif after is _ABSENT and before is not _ABSENT:
        yield Difference(DifferenceKind.REMOVED, path, before, None)
    elif before is not after and not _are_same(before, after):
        yield Difference(DifferenceKind.CHANGED, path, before, after)


def _items(shape: Shape, value: Any) -> dict[str, dict[str, Any]] | None:
    """The items of a list by their keys; None where no keys tell them apart."""
    if not shape.known_by or not (value is _ABSENT or isinstance(value, list)):
        return None
    items = [] if value is _ABSENT else value
    by_key = {key: item for item in items if (key := shape.key_of(item)) is not None}
    return by_key if len(by_key) == len(items) else None


def _is_dropped(path: tuple[str, ...]) -> bool:
    # A canonical document spells out an empty list only where its absence means "as it is",
    # which is at the top and directly below `space`.
    return len(path) > 2  # noqa: PLR2004


def _are_same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; to Python true is 1 as well."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_are_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_are_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _named(items: Iterable[Item]) -> str:
    """What people call the last of the items, with what it belongs to."""
    return " of ".join(f"the {item.word} {item.key}" for item in [*items][::-1]) or "the Space"


def _described_value(difference: Difference, place: Address) -> str:
    # What stands below `space` in the document is an attribute of the Space itself.
    attribute = ".".join(place.rest[1:] if difference.path[0] == "space" else place.rest)
    subject = f"the {attribute} of {_named(place.items[-2:])}"
    before, after = _shown(difference.before), _shown(difference.after)
    if difference.kind is DifferenceKind.REMOVED:
        return f"Removes {subject}"
    if difference.kind is DifferenceKind.ADDED:
        return f"Sets {subject}{f' to {after}' if after else ''}"
    return f"Changes {subject}{f' from {before} to {after}' if before and after else ''}"


def _shown(value: Any) -> str:
    """The value on one line, empty for one that is long or has parts of its own."""
    if isinstance(value, str):
        return echo(value) if len(value) <= ECHO_LENGTH else ""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= ECHO_LENGTH and not isinstance(value, dict) else ""


class _Place:
    """Where in a document a change belongs."""

    def __init__(self, document: dict[str, Any], change: Difference) -> None:
        self._change = change
        self._trail: list[Any] = [document]
        self._shape = BLUEPRINT

    def write(self) -> None:
        """Make the change, unless what it belongs to is gone."""
        *way, last = self._change.path
        if not all(self._step(key, is_last=index == len(way)) for index, key in enumerate(way, 1)):
            return
        parent = self._trail[-1]
        if isinstance(parent, list):
            self._write_item(parent, last)
        elif isinstance(parent, dict):
            self._write_value(parent, last)

    def _step(self, key: str, *, is_last: bool) -> bool:
        place = self._trail[-1]
        if isinstance(place, list) and self._shape.known_by:
            found = [item for item in place if self._shape.key_of(item) == key]
            self._trail += found[:1]
            return bool(found)
        if not isinstance(place, dict):
            return False
        self._shape = self._shape.part(key)
        if key not in place and self._change.kind is DifferenceKind.ADDED:
            if self._shape.known_by and is_last:
                place[key] = []
            elif self._shape.is_merged:
                place[key] = {}
        self._trail.append(place.get(key))
        return key in place

    def _write_item(self, items: list[Any], key: str) -> None:
        known = [index for index, item in enumerate(items) if self._shape.key_of(item) == key]
        after = deepcopy(self._change.after)
        if self._change.kind is DifferenceKind.REMOVED:
            items[:] = [item for item in items if self._shape.key_of(item) != key]
            if known and not items and _is_dropped(self._change.path[:-1]):
                del self._trail[-2][self._change.path[-2]]
        elif known:
            items[known[0]] = _joined(self._shape, items[known[0]], after)
        else:
            items.append(after)

    def _write_value(self, parent: dict[str, Any], key: str) -> None:
        change, shape = self._change, self._shape.part(key)
        if change.is_order:
            _put_in_order(shape, parent.get(key), change.after)
        elif change.kind is DifferenceKind.REMOVED:
            left = _without(parent.get(key), change.before) if shape.is_merged else None
            parent.pop(key, None)
            if left:
                parent[key] = left
        else:
            added = shape.is_merged and change.kind is DifferenceKind.ADDED
            parent[key] = _with(parent.get(key) if added else None, change.after)


def _joined(shape: Shape, there: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
    """The added item with what the one there has in it for itself."""
    for name in _INSIDE & there.keys():
        part = shape.part(name)
        old, new = _items(part, there[name]), _items(part, added.get(name, _ABSENT))
        if old and new is not None:
            both = [
                _joined(part, old[key], new.pop(key)) if key in new else old[key] for key in old
            ]
            added[name] = [*both, *new.values()]
    return added


def _put_in_order(shape: Shape, items: Any, keys: list[str]) -> None:
    """Give the known items this order; others stay where they are."""
    if not isinstance(items, list):
        return
    rank = {key: index for index, key in enumerate(keys)}
    known = [item for item in items if shape.key_of(item) in rank]
    ordered = iter(sorted(known, key=lambda item: rank[shape.key_of(item) or ""]))
    items[:] = [next(ordered) if shape.key_of(item) in rank else item for item in items]


def _with(there: Any, added: Any) -> Any:
    if not isinstance(there, dict) or not isinstance(added, dict):
        return deepcopy(added)
    return there | {key: _with(there.get(key), value) for key, value in added.items()}


def _without(there: Any, removed: Any) -> Any:
    """What is left, None for nothing."""
    if not isinstance(there, dict) or not isinstance(removed, dict):
        return None
    left = {key: value for key, value in there.items() if key not in removed}
    for key in removed.keys() & there.keys():
        if (rest := _without(there[key], removed[key])) is not None:
            left[key] = rest
    return left or None
