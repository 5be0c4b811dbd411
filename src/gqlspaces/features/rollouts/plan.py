"""What a rollout would do, without doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select

from gqlspaces.blueprint.difference import Difference
from gqlspaces.features.apps.model import AppRevision
from gqlspaces.features.blueprints.document import PARTS, Reading
from gqlspaces.features.rollouts.drift import changes_to, judge
from gqlspaces.features.rollouts.service import Aim, spaces_of
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.transaction import Transaction

MOST_SHOWN: Final = 100
MOST_LOOKED_AT: Final = 1000
MOST_ROWS: Final = 20_000
"""How many Workbooks, Sheets, Fields and so on are read at the most: others wait meanwhile."""

_CHUNK: Final = 20
_revisions = table(AppRevision).c


@dataclass(frozen=True, slots=True)
class PlannedSpace:
    """What would happen to one Space."""

    space_id: str
    name: str
    app_revision: int | None
    skipped: bool
    drift: list[Difference]
    changes: list[Difference]


@dataclass(slots=True)
class Plan:
    """What would happen to all of them; ``spaces`` are those that do not stay as they are."""

    revision: int
    total: int
    looked_at: int = 0
    changed: int = 0
    drifted: int = 0
    skipped: int = 0
    spaces: list[PlannedSpace] = field(default_factory=list)

    def count(self, space: PlannedSpace) -> None:
        """Add a Space to the figures."""
        self.looked_at += 1
        self.changed += bool(space.changes)
        self.drifted += bool(space.drift)
        self.skipped += space.skipped
        if (space.changes or space.skipped) and len(self.spaces) < MOST_SHOWN:
            self.spaces.append(space)


async def plan_rollout(tx: Transaction, aim: Aim) -> Plan:
    """Tell what a rollout would do to the first thousand Spaces, or fewer that hold much.

    Nothing is changed, and nobody is kept from changing these Spaces.
    """
    tx.rehearsal = True
    known = {
        one.number: one.blueprint
        for one in await tx.siblings(AppRevision, _revisions.app_id == aim.app.id)
    }
    every = spaces_of(aim.rollout)
    total = await tx.session.scalar(select(func.count()).select_from(every.subquery()))
    plan = Plan(aim.target.number, total or 0)
    spaces = (await tx.session.scalars(every.limit(MOST_LOOKED_AT))).all()
    seen = 0
    for start in range(0, len(spaces), _CHUNK):
        if seen >= MOST_ROWS:
            break
        chunk = spaces[start : start + _CHUNK]
        rows, blueprints = await _blueprints(tx, chunk)
        seen += rows
        for space, present in zip(chunk, blueprints, strict=True):
            given = known.get(space.app_revision or 0)
            plan.count(_planned(space, given, aim, present))
    return plan


def _planned(
    space: Space, given: Mapping[str, Any] | None, aim: Aim, present: Mapping[str, Any]
) -> PlannedSpace:
    wanted = aim.target.blueprint
    verdict = judge(aim.rollout.on_drift, given=given, wanted=wanted, present=present)
    is_skipped = space.archived_at is not None or verdict.obstacle is not None
    changes = [] if is_skipped else changes_to(verdict.blueprint, present)
    return PlannedSpace(
        space.id, space.name, space.app_revision, is_skipped, verdict.drift, changes
    )


async def _blueprints(tx: Transaction, spaces: Sequence[Space]) -> tuple[int, list[dict[str, Any]]]:
    """Give the Blueprints of some Spaces, read from so many rows by one statement for each noun."""
    ids = [space.id for space in spaces]
    count = 0
    parts: list[dict[str, list[Any]]] = []
    for kind in PARTS:
        columns = table(kind).c
        rows = select(table(kind)).where(columns.space_id.in_(ids))
        grouped: dict[str, list[Any]] = {id: [] for id in ids}
        for row in await tx.session.execute(rows.order_by(columns.position, columns.id)):
            grouped[row.space_id].append(row)
            count += 1
        parts.append(grouped)
    found = [Reading(*(part[space.id] for part in parts)).document(space) for space in spaces]
    return count, found
