"""What the main database remembers of the records in Spaces: counts and open commits.

With it the anatomy of a Space, its Actions' conditions and the search for commits that wait too
long need no other database.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gqlspaces.features.records.model import SheetData
from gqlspaces.features.records.state import SheetState
from gqlspaces.features.sheets.model import Sheet
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import UtcDateTime, table

_data, _sheets, _spaces = table(SheetData), table(Sheet), table(Space)
_COUNTS = ("total", "valid", "open_commits", "due_at")
_UPSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ACTIVE = (
    update(_spaces)
    .where(
        _spaces.c.id == bindparam("space"),
        _spaces.c.last_activity_at < bindparam("before", type_=UtcDateTime),
    )
    .values(last_activity_at=bindparam("at", type_=UtcDateTime))
)
TO_SETTLE = -1
_PRECISION = timedelta(seconds=1)


def facts_of(
    state: SheetState, *, open_commits: int, due_at: datetime | None, at: datetime
) -> dict[str, Any]:
    """Give what is worth knowing of a Sheet after a write, as JSON."""
    return {
        "sheet": state.sheet_id,
        "total": state.total,
        "valid": state.valid,
        "open_commits": open_commits,
        "due_at": due_at.isoformat() if due_at else None,
        "judged": bool(state.digest),
        "at": at.isoformat(),
    }


def project(connection: Connection, facts: Mapping[str, Any]) -> None:
    """Remember the facts about a Sheet, unless it is gone meanwhile.

    Where records are still to be judged, its Space is marked to be looked after.
    """
    due_at = datetime.fromisoformat(facts["due_at"]) if facts["due_at"] else None
    values = [facts["total"], facts["valid"], facts["open_commits"], due_at]
    row = select(
        _sheets.c.id,
        _sheets.c.space_id,
        *(literal(value, _data.c[name].type) for name, value in zip(_COUNTS, values, strict=True)),
        literal(0),
    ).where(_sheets.c.id == facts["sheet"])
    statement: Any = _UPSERT[connection.dialect.name](_data)
    statement = statement.from_select(["sheet_id", "space_id", *_COUNTS, "settled"], row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_data.c.sheet_id],
            set_={name: statement.excluded[name] for name in _COUNTS}
            | ({} if facts["judged"] else {"settled": TO_SETTLE}),
        )
    )
    at = datetime.fromisoformat(facts["at"])
    space = select(_sheets.c.space_id).where(_sheets.c.id == facts["sheet"])
    space_id = connection.scalar(space)
    connection.execute(_ACTIVE, {"space": space_id, "before": at - _PRECISION, "at": at})
