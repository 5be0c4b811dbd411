"""Reading which Spaces are not what their App gave them."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select

from gqlspaces.blueprint.difference import Difference
from gqlspaces.features.apps.model import AppRevision
from gqlspaces.features.blueprints.service import blueprints_of_spaces
from gqlspaces.features.rollouts.drift import drift
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.reader import Reader

MOST_DRIFTED: Final = 100
"""How many Spaces a report on an App names."""

_PAGE: Final = 20
_spaces, _revisions = table(Space).c, table(AppRevision).c
_GIVEN = (
    select(_spaces.id, _revisions.blueprint)
    .join_from(
        table(Space),
        table(AppRevision),
        (_revisions.app_id == _spaces.app_id) & (_revisions.number == _spaces.app_revision),
    )
    .where(_spaces.id.in_(bindparam("ids", expanding=True)))
)
_CONFIGURED = (
    select(_spaces.id)
    .where(
        _spaces.app_id == bindparam("app"),
        _spaces.app_revision.is_not(None),
        _spaces.id > bindparam("last"),
    )
    .order_by(_spaces.id)
    .limit(_PAGE)
)


async def drift_of_spaces(reader: Reader, ids: Sequence[str]) -> list[list[Difference] | None]:
    """Give, for each Space, its drift; None where its App gave it nothing."""
    rows = await reader.scoped_rows(_GIVEN, Space, {"ids": list(ids)})
    given = {row.id: row.blueprint for row in rows}
    present = await blueprints_of_spaces(reader, list(given)) if given else []
    found = {
        id: drift(given[id], blueprint)
        for id, blueprint in zip(given, present, strict=True)
        if blueprint is not None
    }
    return [found.get(id) for id in ids]


async def drifted_spaces(reader: Reader, app_ids: Sequence[str]) -> list[list[Any]]:
    """Give, for each App, its Spaces that have drifted, by id; at most a hundred."""
    return [await _drifted(reader, app_id) for app_id in app_ids]


async def _drifted(reader: Reader, app_id: str) -> list[Any]:
    found: list[str] = []
    last = ""
    while len(found) < MOST_DRIFTED:
        # On SQLite a read does not suspend: a report on many Spaces must let others in.
        await asyncio.sleep(0)
        rows = await reader.scoped_rows(_CONFIGURED, Space, {"app": app_id, "last": last})
        ids = [row.id for row in rows]
        drifts = await drift_of_spaces(reader, ids) if ids else []
        found += [id for id, changes in zip(ids, drifts, strict=True) if changes]
        if len(rows) < _PAGE:
            break
        last = ids[-1]
    spaces = await reader.find_many(Space, found[:MOST_DRIFTED])
    return [space for space in spaces if space is not None]
