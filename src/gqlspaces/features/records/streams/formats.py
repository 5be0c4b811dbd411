"""Records as lines: JSON Lines, and CSV as RFC 4180 has it."""

import csv
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeAlias

import orjson

from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.numbers import record_id
from gqlspaces.features.records.streams.parameters import Export
from gqlspaces.features.records.values.digest import text_of
from gqlspaces.kernel.http.answer import encode

Stored: TypeAlias = Sequence[Any]
"""The columns of a record that a format wants; the number comes first."""

Spell: TypeAlias = Callable[[Stored], bytes]
"""Gives the line of a record."""

_DETAILS: Final = ("messages", "metadata", "config")
# What spreadsheets take for a formula, or skip before one.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


class Format(ABC):
    """How records are written, for one request."""

    name: ClassVar[str]
    media_type: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]

    def __init__(self, export: Export) -> None:
        self._export = export

    def head(self, layout: Layout) -> bytes:
        """Give what comes before the first record; the columns are decided here."""
        del layout
        return b""

    @abstractmethod
    def speller(self, sheet_id: str, layout: Layout) -> Spell:
        """Give the function that writes the records of a Sheet as it is now."""


class JsonLines(Format):
    """A JSON object per record, with the values of cells that are not empty."""

    name = "jsonl"
    media_type = "application/x-ndjson"
    columns = ("n", "values", "valid", "messages", "meta", "config")

    def speller(self, sheet_id: str, layout: Layout) -> Spell:
        """Give the function that writes the records of a Sheet as it is now."""
        wanted = self._export.fields
        cells = [
            (cell.key, cell.slot) for cell in layout.cells if wanted is None or cell.key in wanted
        ]

        def spell(stored: Stored) -> bytes:
            n, values, valid, *details = stored
            width = len(values)
            line: dict[str, Any] = {
                "id": record_id(sheet_id, n),
                "values": {
                    key: value
                    for key, slot in cells
                    if slot < width and (value := values[slot]) is not None
                },
                "valid": valid,
            }
            if any(details):
                said = zip(_DETAILS, details, strict=True)
                line |= {name: detail for name, detail in said if detail}
            try:
                return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
            except TypeError:
                return encode(line) + b"\n"

        return spell


class Csv(Format):
    """A row of values per record, in the order of the Fields; lists are JSON."""

    name = "csv"
    media_type = "text/csv"
    columns = ("n", "values")

    def __init__(self, export: Export) -> None:
        super().__init__(export)
        self._keys: Sequence[str] = export.fields or ()

    def head(self, layout: Layout) -> bytes:
        """Give the row of the keys."""
        if self._export.fields is None:
            self._keys = [cell.key for cell in layout.cells]
        shown = _guarded if self._export.safe else _shown
        return _written(list(map(shown, self._keys))).encode() if self._export.header else b""

    def speller(self, sheet_id: str, layout: Layout) -> Spell:
        """Give the function that writes the records; a Field that is gone meanwhile is empty."""
        del sheet_id
        known: Mapping[str, Any] = layout.by_key
        nowhere = layout.width
        slots = [known[key].slot if key in known else nowhere for key in self._keys]
        shown = _guarded if self._export.safe else _shown

        def spell(stored: Stored) -> bytes:
            values = stored[1]
            width = len(values)
            return _written(
                [shown(values[slot]) if slot < width else None for slot in slots]
            ).encode()

        return spell


FORMATS: Final[Mapping[str, type[Format]]] = {one.name: one for one in (JsonLines, Csv)}


def _shown(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value
    return orjson.dumps(value).decode() if kind is list else text_of(value)


def _guarded(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would calculate."""
    shown = _shown(value)
    return f"'{shown}" if isinstance(shown, str) and shown.startswith(_FORMULAS) else shown


class _Echo:
    """Gives back what is written, which `csv` hands on."""

    @staticmethod
    def write(text: str) -> str:
        return text


_WRITER: Final = csv.writer(_Echo())
_written: Final[Callable[[Sequence[Any]], str]] = _WRITER.writerow
