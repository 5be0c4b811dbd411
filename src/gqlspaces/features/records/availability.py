"""Why an Action cannot be run at this moment (domain reference 2.7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gqlspaces.blueprint.action import ActionConstraintType
from gqlspaces.features.records.counts import Counts


class ObstacleType(StrEnum):
    """What keeps an Action from being run."""

    HAS_DATA = "hasData"
    HAS_ALL_VALID = "hasAllValid"
    HAS_SELECTION = "hasSelection"
    MESSAGE = "message"
    OPEN_COMMITS = "open-commits"

    @property
    def meaning(self) -> str:
        """What it says when nobody said it better."""
        return _MEANINGS[self]


_MEANINGS: Mapping[ObstacleType, str] = {
    ObstacleType.HAS_DATA: "There is no data yet.",
    ObstacleType.HAS_ALL_VALID: "Some records have errors.",
    ObstacleType.HAS_SELECTION: "Select records first.",
    ObstacleType.MESSAGE: "It is disabled.",
    ObstacleType.OPEN_COMMITS: "Changes of the data are still being checked.",
}
ObstacleType.__descriptions__ = {  # type: ignore[attr-defined]
    "HAS_DATA": "What it is on has no records.",
    "HAS_ALL_VALID": "What it is on has records with errors.",
    "HAS_SELECTION": "No record is selected.",
    "MESSAGE": "An error message on the Action disables it.",
    "OPEN_COMMITS": "The Workbook tracks changes, and listeners have not completed all Commits.",
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that keeps an Action from being run, with a text for a person."""

    type: ObstacleType
    message: str


def obstacles(
    action: Any, counts: Counts, *, selected: int, tracks_changes: bool
) -> Iterator[Obstacle]:
    """Give everything that keeps an Action from being run, given what it is on."""
    for said in action.messages:
        if said["type"] == "error":
            yield Obstacle(ObstacleType.MESSAGE, said["content"])
    holds = {
        ActionConstraintType.HAS_DATA: counts.total > 0,
        ActionConstraintType.HAS_ALL_VALID: counts.error == 0,
        ActionConstraintType.HAS_SELECTION: selected > 0,
    }
    for constraint in action.constraints:
        if not holds.get(constraint["type"], True):
            kind = ObstacleType(constraint["type"])
            yield Obstacle(kind, kind.meaning)
    if tracks_changes and counts.open_commits:
        yield Obstacle(ObstacleType.OPEN_COMMITS, ObstacleType.OPEN_COMMITS.meaning)
