"""How many records Sheets have, and whether commits are open: from the main database alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from gqlspaces.features.records.model import SheetData
from gqlspaces.features.sheets.model import Sheet
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.reader import Reader

_data, _sheets = table(SheetData), table(Sheet)
_KEYS: BindParameter[str] = bindparam("keys", expanding=True)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records there are."""

    total: int = 0
    valid: int = 0
    open_commits: int = 0

    @property
    def error(self) -> int:
        """How many have an error."""
        return self.total - self.valid


def _counted(by: Any) -> Any:
    sums = [
        func.coalesce(func.sum(_data.c[name]), 0) for name in ("total", "valid", "open_commits")
    ]
    return (
        select(
            by.label("owner"), *(one.label(name) for one, name in zip(sums, _NAMES, strict=True))
        )
        .join_from(_data, _sheets, _data.c.sheet_id == _sheets.c.id)
        .where(by.in_(_KEYS))
        .group_by(by)
    )


_NAMES = ("total", "valid", "open_commits")
_BY_NOUN: Mapping[str, Any] = {
    "sh": _counted(_sheets.c.id),
    "wb": _counted(_sheets.c.workbook_id),
    "sp": _counted(_sheets.c.space_id),
}


async def load_counts(reader: Reader, ids: Sequence[str]) -> list[Counts]:
    """Give the counts of Sheets, or the sums of Workbooks and Spaces; a statement per noun."""
    found: dict[str, Counts] = {}
    for prefix, statement in _BY_NOUN.items():
        keys = [id for id in ids if id.startswith(f"{prefix}_")]
        if keys:
            for row in await reader.scoped_rows(statement, Sheet, {"keys": keys}):
                found[row.owner] = Counts(int(row.total), int(row.valid), int(row.open_commits))
    return [found.get(id, Counts()) for id in ids]
