"""What comes of converting something into a Blueprint: the Blueprint, and what it cannot say."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from gqlspaces.blueprint import limits
from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.configuration import dump
from gqlspaces.blueprint.problems import Problem, problems
from gqlspaces.blueprint.shape import BLUEPRINT, Shape

_MOST: Final[Mapping[str, int]] = {
    "workbooks": limits.WORKBOOKS_PER_SPACE,
    "sheets": limits.SHEETS_PER_WORKBOOK,
    "fields": limits.FIELDS_PER_SHEET,
    "documents": limits.DOCUMENTS_PER_SPACE,
    "actions": limits.ACTIONS_PER_TARGET,
    "constraints": limits.CONSTRAINTS_PER_FIELD,
    "alternativeNames": limits.LIST_ITEMS,
}


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that was not taken over, or not as it was: where it stood, and what became of it.

    The path is that of the source, or that of the Blueprint for what a Blueprint refuses.
    """

    path: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """The canonical document of a Blueprint, and everything that it does not say."""

    blueprint: dict[str, Any]
    omissions: tuple[Omission, ...] = ()


def settled(document: Mapping[str, Any], omissions: Iterable[Omission] = ()) -> Conversion:
    """The document as a Blueprint; what a Blueprint refuses is left out and told."""
    wanted = deepcopy(dict(document))
    told = list(omissions)
    while True:
        try:
            return Conversion(dump(Blueprint.model_validate(wanted)), tuple(told))
        except ValidationError as error:
            # From the end, so that the places of what comes before stay what they are.
            found = {_removable(wanted, problem): problem for problem in problems(error)}
        for path in sorted(found, reverse=True):
            told.append(Omission(_by_keys(wanted, path), f"Left out: {found[path].message}"))
            _remove(wanted, path)


def one_line(text: str) -> str:
    """The text as a name can be: on one line, not too long."""
    return " ".join(text.split())[: limits.NAME_LENGTH]


_Path = tuple[str | int, ...]


def _removable(document: Any, problem: Problem) -> _Path:
    """The path of the smallest part without which the problem is none."""
    place, path = document, list[str | int]()
    shape: Shape = BLUEPRINT
    for step in problem.path:
        if isinstance(place, list):
            path.append(int(step))
        elif isinstance(place, dict) and step in place:
            # An item without what it is known by would be none.
            if step in shape.known_by:
                break
            shape = shape.part(step)
            path.append(step)
        else:
            break
        place = place[path[-1]]
    return tuple(path)


def _remove(document: Any, path: _Path) -> None:
    if not path:
        document.clear()
        return
    *way, last = path
    place = document
    for key in way:
        place = place[key]
    if isinstance(place.get(last) if isinstance(place, dict) else None, list) and last in _MOST:
        most = _MOST[str(last)]
        if len(place[last]) > most:
            del place[last][most:]
            return
    del place[last]


def _by_keys(document: Any, path: _Path) -> tuple[str, ...]:
    """The path as people read it: items of lists by their keys."""
    shape: Shape = BLUEPRINT
    place, told = document, list[str]()
    for step in path:
        if isinstance(place, dict):
            shape = shape.part(str(step))
        place = place[step]
        told.append(_key(shape, place) or str(step) if isinstance(step, int) else step)
    return tuple(told)


def _key(shape: Shape, item: Any) -> str | None:
    """The key of an item; of a Sheet that leaves out its slug, the name."""
    name = item.get("name") if isinstance(item, dict) else None
    return shape.key_of(item) or (name if isinstance(name, str) else None)
