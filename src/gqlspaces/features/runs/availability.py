"""Why an Action cannot be run at this moment (domain reference 2.7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gqlspaces.blueprint.action import ActionConstraintType, ActionMessageType
from gqlspaces.features.records.counts import Counts


class ObstacleType(StrEnum):
    """What keeps an Action from being run."""

    HAS_DATA = "hasData"
    HAS_ALL_VALID = "hasAllValid"
    HAS_SELECTION = "hasSelection"
    HAS_COLUMN_ENABLED = "hasColumnEnabled"
    MESSAGE = "message"
    OPEN_COMMITS = "open-commits"
    ARCHIVED = "archived"

    @property
    def meaning(self) -> str:
        """What it says when nobody said it better."""
        return _MEANINGS[self]


_MEANINGS: Final[Mapping[ObstacleType, str]] = {
    ObstacleType.HAS_DATA: "There is no data yet.",
    ObstacleType.HAS_ALL_VALID: "Some records have errors.",
    ObstacleType.HAS_SELECTION: "Select records first.",
    ObstacleType.HAS_COLUMN_ENABLED: "The column cannot be changed.",
    ObstacleType.MESSAGE: "It is disabled.",
    ObstacleType.OPEN_COMMITS: "Changes of the data are still being checked.",
    ObstacleType.ARCHIVED: "The Space is archived.",
}
ObstacleType.__descriptions__ = {  # type: ignore[attr-defined]
    "HAS_DATA": "What it is run on has no records.",
    "HAS_ALL_VALID": "Records with errors are among those selected, or among all.",
    "HAS_SELECTION": "No record is selected; only on a Sheet or a column of it.",
    "HAS_COLUMN_ENABLED": "The column, or its Sheet, is read-only or locked.",
    "MESSAGE": "An error message on the Action disables it.",
    "OPEN_COMMITS": "The Workbook tracks changes, and listeners have not completed all Commits.",
    "ARCHIVED": "The Space is put away.",
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that keeps an Action from being run, with a text for a person."""

    type: ObstacleType
    message: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand where an Action is to be run.

    ``data`` counts what it is run on, and ``invalid`` the records with errors among those that
    are selected, or among all of them. ``selected`` is None where nothing can be selected.
    """

    data: Counts
    invalid: int
    selected: int | None
    column_enabled: bool = True
    tracks_changes: bool = False
    archived: bool = False


def obstacles(action: Any, standing: Standing) -> Iterator[Obstacle]:
    """Give everything that keeps an Action from being run, as things stand."""
    if standing.archived:
        yield Obstacle(ObstacleType.ARCHIVED, ObstacleType.ARCHIVED.meaning)
    for said in action.messages:
        if said["type"] == ActionMessageType.ERROR:
            yield Obstacle(ObstacleType.MESSAGE, said["content"])
    for constraint in action.constraints:
        if not _holds(constraint, standing):
            kind = ObstacleType(constraint["type"])
            yield Obstacle(kind, kind.meaning)
    if standing.tracks_changes and standing.data.open_commits:
        yield Obstacle(ObstacleType.OPEN_COMMITS, ObstacleType.OPEN_COMMITS.meaning)


def looks_at_selection(action: Any) -> bool:
    """Tell whether it matters to an Action which records are selected."""
    return any(
        constraint["type"] == ActionConstraintType.HAS_SELECTION or _is_about_selected(constraint)
        for constraint in action.constraints
    )


def looks_at_column(action: Any) -> bool:
    """Tell whether it matters to an Action that its column can be changed."""
    return any(
        constraint["type"] == ActionConstraintType.HAS_COLUMN_ENABLED
        for constraint in action.constraints
    )


def _holds(constraint: Mapping[str, Any], standing: Standing) -> bool:
    match constraint["type"]:
        case ActionConstraintType.HAS_DATA:
            return standing.data.total > 0
        case ActionConstraintType.HAS_ALL_VALID:
            about = standing.invalid if _is_about_selected(constraint) else standing.data.error
            return about == 0
        case ActionConstraintType.HAS_SELECTION:
            return standing.selected is None or standing.selected > 0
        case _:
            return standing.column_enabled


def _is_about_selected(constraint: Mapping[str, Any]) -> bool:
    is_about_errors = constraint["type"] == ActionConstraintType.HAS_ALL_VALID
    return is_about_errors and not constraint.get("ignoreSelection")
