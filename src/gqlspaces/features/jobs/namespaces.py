"""The namespaces of Jobs as their events carry them: of the Space and of the Workbook."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, column, select
from sqlalchemy import table as lightweight_table

from gqlspaces.features.jobs.model import Job
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.reader import Reader

_jobs = table(Job)
# By name only: Spaces and Workbooks are made of Jobs' events, not the other way round.
_spaces = lightweight_table("space", column("id"), column("effective_namespace"))
_workbooks = lightweight_table("workbook", column("id"), column("namespace"))


def with_namespaces(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select columns of Jobs, and beside them what ``namespaces_of`` needs."""
    return select(
        *columns,
        _spaces.c.effective_namespace.label("space_namespace"),
        _workbooks.c.namespace.label("workbook_namespace"),
    ).select_from(
        _jobs.outerjoin(_spaces, _spaces.c.id == _jobs.c.space_id).outerjoin(
            _workbooks, _workbooks.c.id == _jobs.c.workbook_id
        )
    )


def namespaces_of(row: Any) -> list[str]:
    """Give the namespaces of a row of ``with_namespaces``, such as ``space:green``."""
    named = {"space": row.space_namespace, "workbook": row.workbook_namespace}
    return [f"{kind}:{name}" for kind, name in named.items() if name]


async def load_namespaces(reader: Reader, ids: Sequence[str]) -> list[list[str]]:
    """Give the namespaces of each Job in order."""
    statement = with_namespaces(_jobs.c.id).where(_jobs.c.id.in_(ids))
    rows = await reader.scoped_rows(statement, Job, {})
    known = {row.id: namespaces_of(row) for row in rows}
    return [known.get(id, []) for id in ids]
