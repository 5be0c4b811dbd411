"""How far a Space is from what its App gave it, and what a rollout makes of that."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic.alias_generators import to_camel

from gqlspaces.blueprint.difference import (
    Difference,
    DifferenceKind,
    apply_differences,
    describe,
    differences,
)
from gqlspaces.features.blueprints.document import NOT_STRUCTURE
from gqlspaces.features.rollouts.model import OnDrift

_SHOWN: Final = 3
_LISTS: Final = ("workbooks", "documents", "actions")
_UNTOLD: Final = {to_camel(name) for name in NOT_STRUCTURE}
_NOTHING: Final[Mapping[str, Any]] = {name: [] for name in _LISTS}


class Verdict(NamedTuple):
    """What a rollout does to a Space: what it would configure, unless something is in the way."""

    drift: list[Difference]
    blueprint: Mapping[str, Any]
    obstacle: str | None = None


def judge(
    on_drift: OnDrift,
    *,
    given: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    present: Mapping[str, Any],
) -> Verdict:
    """Tell what becomes of a Space that was ``given`` a Blueprint and is to have another one.

    One that was given none, and is not empty, was configured by somebody else: a listener that
    overrides what is the default, for example. Only overwriting changes it.
    """
    found = drift(_NOTHING if given is None else given, present)
    if not found or on_drift == OnDrift.OVERWRITE:
        return Verdict(found, wanted)
    if given is None:
        obstacle = "It was not configured from its App; OVERWRITE replaces what it has."
        return Verdict(found, wanted, obstacle)
    if on_drift == OnDrift.SKIP:
        return Verdict(found, wanted, f"It was changed: {_summary(found)}.")
    return Verdict(found, merged(given, wanted, present))


def drift(given: Mapping[str, Any], present: Mapping[str, Any]) -> list[Difference]:
    """Give what is otherwise in a Space than in the Blueprint it was given.

    A list that the Blueprint has is the whole list; of the Space itself, and of lists that it does
    not have, it says nothing but what it names.
    """
    told, there = _sides(given, present)
    return _telling(differences(told, there), DifferenceKind.ADDED)


def changes_to(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> list[Difference]:
    """Give what a Blueprint changes of a Space that is configured by it."""
    told, there = _sides(wanted, present)
    return _telling(differences(there, told), DifferenceKind.REMOVED)


def merged(
    given: Mapping[str, Any], wanted: Mapping[str, Any], present: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the Blueprint of a Space with what leads from the one it was given to another one.

    A list that either of the two does not have stays as it is.
    """
    before, after = _spelled(given), _spelled(wanted)
    lists = [name for name in _LISTS if name in after]
    old = {name: before.get(name, []) for name in lists} | {"space": before.get("space", {})}
    new = {name: after[name] for name in lists} | {"space": after.get("space", {})}
    changed = apply_differences(present, differences(old, new))
    return {name: changed[name] for name in (*lists, "space") if name in changed}


def _sides(
    blueprint: Mapping[str, Any], present: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a Blueprint and, of a Space, that of which it speaks."""
    told = _spelled(blueprint)
    parts = [*(name for name in _LISTS if name in told), "space"]
    empty: dict[str, Any] = {name: [] for name in _LISTS} | {"space": {}}
    return (
        {name: _bare(told.get(name, empty[name])) for name in parts},
        {name: _bare(present.get(name, empty[name])) for name in parts},
    )


def _telling(found: list[Difference], own: DifferenceKind) -> list[Difference]:
    """Leave out what a Space has for itself beside what its Blueprint names."""
    return [
        one
        for one in found
        if not (one.kind is own and one.path[0] == "space") and not _is_mere_room(one)
    ]


def _is_mere_room(change: Difference) -> bool:
    """Tell whether items of a list only make room for others and keep their order."""
    if not change.is_order:
        return False
    before, after = change.before, change.after
    return [key for key in before if key in after] == [key for key in after if key in before]


def _spelled(blueprint: Mapping[str, Any]) -> dict[str, Any]:
    """Give a Blueprint as Spaces tell theirs: the buttons of the Space stand beside it."""
    document = dict(blueprint)
    own = document.pop("space", {})
    if "actions" in own:
        document["actions"] = own["actions"]
    told = {name: value for name, value in own.items() if name not in _UNTOLD}
    return document | ({"space": told} if told else {})


def _bare(value: Any) -> Any:
    """Give JSON without members that hold nothing: their absence says the same."""
    if isinstance(value, dict):
        inner = {key: _bare(item) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item not in ({}, [], None)}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _summary(found: list[Difference]) -> str:
    shown = "; ".join(describe(one) for one in found[:_SHOWN])
    left = len(found) - _SHOWN
    return f"{shown}; and {left} more" if left > 0 else shown
