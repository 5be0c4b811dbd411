"""Which Jobs a caller asks to see."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from gqlspaces.features.jobs.model import Job
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.reader import Reader
from gqlspaces.matching import topic_matches

_jobs = table(Job).c
_name = _jobs.type + ":" + _jobs.operation
_EXACT = ("space_id", "workbook_id", "source_id", "parent_id", "type", "operation")


async def filtered(reader: Reader, wanted: Mapping[str, Any]) -> Select[Any]:
    """Make the statement over Jobs for which every condition given holds."""
    statement = select(table(Job))
    for column in _EXACT:
        if wanted.get(column) is not None:
            statement = statement.where(_jobs[column] == wanted[column])
    if wanted.get("status") is not None:
        statement = statement.where(_jobs.status.in_(wanted["status"]))
    if wanted.get("job") is not None:
        statement = statement.where(await _is_named(reader, wanted["job"]))
    if wanted.get("exclude_child_jobs"):
        statement = statement.where(_jobs.parent_id.is_(None))
    return statement


async def _is_named(reader: Reader, patterns: Sequence[str]) -> ColumnElement[bool]:
    # There are few names however many Jobs there are; the patterns are more than SQL can say.
    rows = await reader.scoped_rows(select(_name.label("name")).distinct(), Job, {})
    return _name.in_([row.name for row in rows if topic_matches(row.name, patterns)])
