"""Writing down, in the transaction of a change, what it did to the anatomy of a Space."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select

from gqlspaces.blueprint.action import ActionConfig
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.document import DocumentConfig
from gqlspaces.blueprint.field import FieldConfig
from gqlspaces.blueprint.sheet import SheetConfig
from gqlspaces.blueprint.space import SpaceConfig
from gqlspaces.blueprint.workbook import WorkbookConfig
from gqlspaces.features.blueprints.document import NOT_STRUCTURE
from gqlspaces.features.blueprints.service import rows_in
from gqlspaces.features.revisions.anatomy import (
    Document,
    Op,
    anatomy_of,
    described,
    member_of,
    path_of,
    put,
    shown,
    told,
)
from gqlspaces.features.revisions.model import SNAPSHOT_EVERY, Revision
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.recorder import Change, Touched
from gqlspaces.kernel.transaction import Transaction

_CONFIGS: Final[Mapping[str, type[Configuration]]] = {
    "wb": WorkbookConfig,
    "sh": SheetConfig,
    "fd": FieldConfig,
    "ac": ActionConfig,
    "dc": DocumentConfig,
    "sp": SpaceConfig,
}
# An App may have more Spaces than a statement takes parameters.
_AT_ONCE: Final = 1000
_ELSEWHERE: Final = {"dc": {"source", "html"}}
STRUCTURE: Final[Mapping[str, frozenset[str]]] = {
    noun: frozenset(
        {"meta" if name == "metadata" else name for name in config.model_fields}
        - (NOT_STRUCTURE if noun == "sp" else set())
        | ({"position"} if noun != "sp" else set())
        | _ELSEWHERE.get(noun, set())
    )
    for noun, config in _CONFIGS.items()
}
"""The columns of each noun that belong to a Blueprint."""

_revisions = table(Revision).c


async def record_revisions(tx: Transaction) -> None:
    """Make a revision of every Space that this transaction gave a new version."""
    changed = _by_space(tx.changes)
    known = await _newest(tx, [id for id, touched in changed.items() if not _is_new(touched)])
    for space_id, touched in changed.items():
        space = await tx.session.get(Space, space_id)
        if space is not None:
            await _record(tx, space, touched, known.get(space_id))


async def _newest(tx: Transaction, space_ids: Sequence[str]) -> dict[str, int]:
    """Give the number of the newest revision of each Space that has one."""
    number = func.max(_revisions.number).label("number")
    found: dict[str, int] = {}
    for start in range(0, len(space_ids), _AT_ONCE):
        asked = _revisions.space_id.in_(space_ids[start : start + _AT_ONCE])
        newest = select(_revisions.space_id, number).where(asked).group_by(_revisions.space_id)
        found |= {row.space_id: row.number for row in await tx.session.execute(newest)}
    return found


async def _record(
    tx: Transaction, space: Space, touched: Sequence[Touched], newest: int | None
) -> None:
    changes = changes_of(touched)
    snapshot = changes[0]["value"] if changes and not changes[0]["path"] else None
    if snapshot is not None:
        changes = []
    else:
        changes.append({"op": "replace", "path": "/version", "value": space.version})
        # A Space may be older than the keeping of its history.
        if newest != space.version - 1 or space.version % SNAPSHOT_EVERY == 0:
            snapshot = await _anatomy_in(tx, space)
    tx.add(
        Revision(
            space_id=space.id,
            number=space.version,
            structural=any(map(_is_structural, touched)),
            changes=changes,
            snapshot=snapshot,
            created_by=tx.principal.key_id,
            job_id=tx.actor_id if prefix_of(tx.actor_id) == "jb" else None,
        )
    )


def changes_of(touched: Iterable[Touched]) -> list[Op]:
    """Turn changed rows into changes of the anatomy: first what goes, then what comes, then values.

    What goes with what it is in is not told, and what is new stands inside what is new around it.
    """
    rows = [(path_of(entity), entity, change) for entity, change in touched]
    rows.sort(key=lambda row: row[0].count("/"))
    removed: dict[str, None] = {}
    created: dict[str, Document] = {}
    values: list[Op] = []
    for path, entity, change in rows:
        if _above(path, removed) is not None:
            continue
        if change.kind == "deleted":
            removed[path] = None
        elif change.kind == "created":
            value = described(entity)
            above = _above(path, created)
            if above is None:
                created[path] = value
            else:
                put(created[above], path.removeprefix(above), value)
        else:
            values += _values(path, entity, change)
    return [
        *({"op": "remove", "path": path} for path in removed),
        *({"op": "add", "path": path, "value": value} for path, value in created.items()),
        *values,
    ]


def _values(path: str, entity: Any, change: Change) -> list[Op]:
    return [
        {
            "op": "replace",
            "path": f"{path}/{member_of(column)}",
            "value": shown(getattr(entity, column)),
        }
        for column in change.before
        if told(column) and column != "version"
    ]


def _above(path: str, known: Container[str]) -> str | None:
    """Give the path of what a row is in, however far above, if it is known."""
    while path:
        path = path.rpartition("/")[0].rpartition("/")[0]
        if path in known:
            return path
    return None


def _is_new(touched: Iterable[Touched]) -> bool:
    return any(isinstance(it, Space) and change.kind == "created" for it, change in touched)


def _is_structural(touched: Touched) -> bool:
    entity, change = touched
    return change.kind != "updated" or change.touches(*STRUCTURE[type(entity).prefix])


def _by_space(changes: Iterable[Touched]) -> dict[str, list[Touched]]:
    """Group what changed by its Space, without the Spaces that are gone."""
    found: defaultdict[str, list[Touched]] = defaultdict(list)
    gone = set()
    for entity, change in changes:
        if isinstance(entity, Space):
            found[entity.id].append((entity, change))
            gone |= {entity.id} if change.kind == "deleted" else set()
        elif type(entity).prefix in STRUCTURE:
            found[entity.space_id].append((entity, change))  # type: ignore[attr-defined]
    return {id: touched for id, touched in found.items() if id not in gone}


async def _anatomy_in(tx: Transaction, space: Space) -> Document:
    return anatomy_of([space, *(row for rows in await rows_in(tx, space.id) for row in rows)])
