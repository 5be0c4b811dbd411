"""Carrying out the lines of a batch: as if one after the other, in as few steps as may be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from gqlspaces.features.records.desk import Work
from gqlspaces.features.records.layout import Cell
from gqlspaces.features.records.service.change import key_text, updating, upserting
from gqlspaces.features.records.service.creation import inserting
from gqlspaces.features.records.service.removal import removing
from gqlspaces.features.records.streams.parsing import Deed, Line
from gqlspaces.features.records.writing import Writing
from gqlspaces.kernel.errors import Invalid

_BY_ID: Final = frozenset({Deed.UPDATE, Deed.DELETE})


@dataclass
class _Run:
    """Lines that do not bear on each other: whatever comes first, they end the same."""

    lines: dict[Deed, list[Line]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def takes(self, deed: Deed, name: str | None) -> bool:
        """Tell whether a line with this record, or key, may be carried out together with these."""
        if deed in _BY_ID and Deed.UPSERT in self.lines:
            return False
        if deed is Deed.UPSERT and not _BY_ID.isdisjoint(self.lines):
            return False
        return name is None or name not in self.known

    def add(self, line: Line, name: str | None) -> None:
        self.lines.setdefault(line.deed, []).append(line)
        if name is not None:
            self.known.add(name)


def carry_out(writing: Writing, lines: Sequence[Line], *, key: str | None) -> list[dict[str, Any]]:
    """Do what lines say; give those that were refused."""
    rejected: list[dict[str, Any]] = []
    for run in _runs(writing, lines, _cell(writing, key)):
        for deed, part in run.items():
            answer = _work(deed, [line.row for line in part], key)(writing)
            for refused in answer["rejected"]:
                told = {name: refused[name] for name in ("code", "message", "path")}
                rejected.append({"line": part[refused["index"]].number, **told})
    return rejected


def _work(deed: Deed, rows: Sequence[Mapping[str, Any]], key: str | None) -> Work:
    match deed:
        case Deed.INSERT:
            return inserting(rows)
        case Deed.UPSERT:
            return upserting(rows, key=key or "")
        case Deed.UPDATE:
            return updating(rows)
        case Deed.DELETE:
            return removing(rows)


def _runs(
    writing: Writing, lines: Iterable[Line], cell: Cell | None
) -> Iterator[Mapping[Deed, list[Line]]]:
    run = _Run()
    text_of = partial(key_text, writing, cell) if cell else None
    for line in lines:
        name = None
        if line.deed in _BY_ID:
            name = f"id:{line.row['id']}"
        elif text_of is not None:
            text = text_of(line.row)
            name = text if text is None else f"key:{text}"
        if not run.takes(line.deed, name):
            yield run.lines
            run = _Run()
        run.add(line, name)
    if run.lines:
        yield run.lines


def _cell(writing: Writing, key: str | None) -> Cell | None:
    if key is None:
        return None
    cell = writing.rulebook.layout.by_key.get(key)
    if cell is None:
        raise Invalid("Must be the key of a Field of the Sheet.", path=("key",))
    return cell
