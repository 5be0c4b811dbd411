"""What a change of structure would do, found out by doing it in a transaction that is given up."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from gqlspaces.blueprint.difference import Difference, differences
from gqlspaces.features.blueprints.document import Reading
from gqlspaces.features.blueprints.service import rows_in
from gqlspaces.features.records.model import SheetData
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.spaces.service import open_space
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.reader import AnyRow
from gqlspaces.kernel.transaction import Transaction

Path = tuple[str, ...]


class EffectKind(StrEnum):
    """What a change of structure does to data."""

    RECORDS_REMOVED = "recordsRemoved"
    VALUES_HIDDEN = "valuesHidden"
    VALUES_CONVERTED = "valuesConverted"
    RECORDS_JUDGED = "recordsJudged"


EffectKind.__descriptions__ = {  # type: ignore[attr-defined]
    "RECORDS_REMOVED": "The records of a Sheet go with it, for good.",
    "VALUES_HIDDEN": "The values of a Field are no longer shown; they are kept until purged.",
    "VALUES_CONVERTED": "Values are rewritten for another type where that loses nothing.",
    "RECORDS_JUDGED": "Records are judged anew by other rules.",
}
_TOLD = {
    EffectKind.RECORDS_REMOVED: "{count} of the Sheet {name} will be gone for good",
    EffectKind.VALUES_HIDDEN: (
        "The values of the Field {name} in {count} are hidden; they are kept until you purge them"
    ),
    EffectKind.VALUES_CONVERTED: (
        "The values of the Field {name} in {count} are converted; what cannot be is flagged"
    ),
    EffectKind.RECORDS_JUDGED: "{count} of the Sheet {name} will be judged anew",
}
_RULES = ("constraints", "config")


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to the data of a Sheet or Field, in how many records."""

    kind: EffectKind
    path: Path
    records: int

    @property
    def text(self) -> str:
        """The effect in a sentence without a full stop."""
        count = f"{self.records:,} record{'' if self.records == 1 else 's'}"
        return _TOLD[self.kind].format(count=count, name=self.path[-1])


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change of structure would do; ``space`` is the Space as it stays."""

    space: Any
    changes: Sequence[Difference]
    effects: Sequence[Effect]


async def rehearse(tx: Transaction, space_id: str, work: Callable[[], Awaitable[Space]]) -> Plan:
    """Do the work, see what it does, and give the transaction up.

    Raises what the work raises: what is planned without an error can be done.
    """
    tx.rehearsal = True
    space = await open_space(tx, id=space_id, path=("spaceId",))
    kept = SimpleNamespace(**{name: getattr(space, name) for name in Space.model_fields})
    before = await rows_in(tx, space_id)
    structure = Reading(*before).document(kept)
    data = table(SheetData).c
    counted = await tx.session.execute(
        select(data.sheet_id, data.total).where(data.space_id == space_id)
    )
    changed = await work()
    await tx.flush()
    after = await rows_in(tx, space_id)
    totals = {row.sheet_id: int(row.total) for row in counted}
    return Plan(
        kept,
        differences(structure, Reading(*after).document(changed)),
        list(_effects(_Rows(before), _Rows(after), totals)),
    )


class _Rows:
    """The Sheets and Fields of a Space by their ids."""

    def __init__(self, parts: Sequence[Sequence[AnyRow]]) -> None:
        workbooks, sheets, fields, *_others = parts
        self._workbooks = {row.id: row for row in workbooks}
        self.sheets = {row.id: row for row in sheets}
        self.fields: dict[str, dict[str, AnyRow]] = {id: {} for id in self.sheets}
        for row in fields:
            self.fields[row.sheet_id][row.id] = row

    def path(self, sheet: AnyRow, *rest: str) -> Path:
        """Give the path of a Sheet, or of what is in it."""
        workbook = self._workbooks[sheet.workbook_id]
        return ("workbooks", workbook.name, "sheets", sheet.slug, *rest)


def _effects(before: _Rows, after: _Rows, totals: Mapping[str, int]) -> Iterator[Effect]:
    for id, sheet in before.sheets.items():
        total = totals.get(id, 0)
        if total and id not in after.sheets:
            yield Effect(EffectKind.RECORDS_REMOVED, before.path(sheet), total)
        elif total:
            yield from _inside(before, after, sheet, total)


def _inside(before: _Rows, after: _Rows, sheet: AnyRow, total: int) -> Iterator[Effect]:
    left = after.fields[sheet.id]
    for id, field in before.fields[sheet.id].items():
        path = before.path(sheet, "fields", field.key)
        if id not in left:
            yield Effect(EffectKind.VALUES_HIDDEN, path, total)
        elif left[id].type != field.type:
            yield Effect(EffectKind.VALUES_CONVERTED, path, total)
    if _rules(before, sheet) != _rules(after, after.sheets[sheet.id]):
        yield Effect(EffectKind.RECORDS_JUDGED, before.path(sheet), total)


def _rules(rows: _Rows, sheet: AnyRow) -> Any:
    """Give what records of a Sheet are judged by."""
    fields = {
        id: (field.key, field.type, *(getattr(field, name) for name in _RULES))
        for id, field in rows.fields[sheet.id].items()
    }
    return sheet.constraints, fields
