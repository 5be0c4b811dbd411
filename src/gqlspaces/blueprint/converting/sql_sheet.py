"""Tables of a database as Sheets: columns as Fields, keys as rules and references."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlglot.expressions import DataType, DType

from gqlspaces.blueprint.converting.conversion import Omission, one_line
from gqlspaces.blueprint.converting.sql_table import Column, ForeignKey, Names, Table, type_name
from gqlspaces.blueprint.converting.strings import string_type
from gqlspaces.blueprint.limits import ENUM_OPTIONS

_WHOLE: Final = {
    *DataType.INTEGER_TYPES - {DType.BIT},
    DType.BIGSERIAL,
    DType.SERIAL,
    DType.SMALLSERIAL,
    DType.YEAR,
}
_DECIMAL: Final = DataType.NUMERIC_TYPES - _WHOLE - DataType.FLOAT_TYPES
_SIZED: Final = {DType.CHAR, DType.NCHAR, DType.VARCHAR, DType.NVARCHAR, DType.BPCHAR}
_SIZES: Final[Mapping[DType, str]] = {
    DType.TEXT: "normal",
    DType.NAME: "tiny",
    DType.TINYTEXT: "tiny",
    DType.MEDIUMTEXT: "medium",
    DType.LONGTEXT: "long",
}

FieldType = dict[str, Any]

_SCALARS: Final[Mapping[DType, FieldType]] = {
    **{kind: {"type": "number"} for kind in DataType.NUMERIC_TYPES - {DType.BIT}},
    **{kind: {"type": "number", "config": {"decimalPlaces": 0}} for kind in _WHOLE},
    DType.BOOLEAN: {"type": "boolean"},
    DType.DATE: {"type": "date"},
}


@dataclass(slots=True)
class Catalogue:
    """Everything that a file of SQL declares, and what was not taken over of it."""

    tables: dict[Names, Table] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)
    omissions: list[Omission] = field(default_factory=list)

    def find(self, name: Names) -> Table | None:
        """The table of a name, which may leave out how the table is qualified."""
        folded = tuple(part.casefold() for part in name)
        exact = self.tables.get(folded)
        if exact is not None or not folded:
            return exact
        alike = [table for key, table in self.tables.items() if key[-1] == folded[-1]]
        return alike[0] if len(alike) == 1 else None

    def slug_of(self, table: Table) -> str:
        """The name of a table, qualified where another has the same."""
        alike = [one for one in self.tables.values() if one.name[-1] == table.name[-1]]
        return one_line(table.name[-1] if len(alike) == 1 else ".".join(table.name))

    def omit(self, path: Iterable[str], message: str) -> None:
        """Note what was not taken over."""
        self.omissions.append(Omission(tuple(path), message))

    def sheets(self) -> Iterator[dict[str, Any]]:
        """Every table that has columns as a Sheet."""
        for table in self.tables.values():
            if table.columns:
                yield _Sheet(self, table).document()
            else:
                self.omit(table.name, "Left out: its columns are not said.")


class _Sheet:
    """One table on its way to become a Sheet."""

    def __init__(self, catalogue: Catalogue, table: Table) -> None:
        self._catalogue = catalogue
        self._table = table
        self._slug = catalogue.slug_of(table)
        keys = [key for key in table.foreign_keys if len(key.columns) == 1]
        self._references = {key.columns[0].casefold(): key for key in keys}
        unique = [one.columns for one in table.unique] + [table.primary_key]
        self._unique = {names[0].casefold() for names in unique if len(names) == 1}
        self._primary = {name.casefold() for name in table.primary_key}

    def document(self) -> dict[str, Any]:
        """The Sheet, with what it cannot say told to the catalogue."""
        table = self._table
        if table.untold:
            self._omit((), f"Left out: {', '.join(table.untold)}.")
        for key in table.foreign_keys:
            if len(key.columns) > 1:
                told = f"Left out: ({', '.join(key.columns)}) leads to {'.'.join(key.table)}."
                self._omit((), f"{told[:-1]}, and a reference is one Field.")
        return {
            "name": self._slug,
            "slug": self._slug,
            "description": table.comment or None,
            "fields": [self._field(column) for column in table.columns.values()],
            "constraints": list(self._rules()),
        }

    def _omit(self, path: Iterable[str], message: str) -> None:
        self._catalogue.omit((self._slug, *path), message)

    def _rules(self) -> Iterator[dict[str, Any]]:
        composite = [(one.name, one.columns) for one in self._table.unique]
        for name, columns in [*composite, (None, self._table.primary_key)]:
            keys = [known.name for one in columns if (known := self._table.column(one))]
            if len(columns) > 1 and len(keys) == len(columns):
                yield {
                    "type": "unique",
                    "name": one_line(name or ", ".join(keys)),
                    "fields": keys,
                    "requiredFields": keys,  # in SQL nothing is equal to null
                    "strategy": "hash",
                }
            elif len(columns) > 1:
                self._omit((), f"Left out: unique over {', '.join(columns)}.")

    def _field(self, column: Column) -> dict[str, Any]:
        name = column.name.casefold()
        is_filled = column.default is not None or column.is_generated
        is_required = (column.is_required or name in self._primary) and not is_filled
        rules = [
            *(["required"] if is_required else []),
            *(["unique"] if name in self._unique else []),
            *(["computed"] if column.is_generated else []),
        ]
        if column.default is not None:
            self._omit((column.name,), f"The default is not filled in: {column.default}.")
        for text in column.untold:
            self._omit((column.name,), f"Left out: {text}.")
        return {
            "key": column.name,
            "description": column.comment or None,
            "readonly": column.is_generated,
            "constraints": [{"type": rule} for rule in rules],
            **self._typed(column, is_required=is_required),
        }

    def _typed(self, column: Column, *, is_required: bool) -> FieldType:
        reference = self._references.get(column.name.casefold())
        if reference and (found := self._reference(column, reference)):
            if column.choices:
                self._omit((column.name,), f"Its {len(column.choices)} values are not checked.")
            return found
        found = self._by_type(column) if column.type else {"type": "string"}
        if column.choices:
            if found["type"] in {"string", "number"} and len(column.choices) <= ENUM_OPTIONS:
                return _enum(column.choices)
            self._omit((column.name,), f"Its {len(column.choices)} values are not checked.")
        if found["type"] == "boolean" and not is_required:
            return {"type": "boolean", "config": {"allowIndeterminate": True}}
        return found

    def _reference(self, column: Column, key: ForeignKey) -> FieldType | None:
        target = self._catalogue.find(key.table)
        name = ".".join(key.table)
        for rule in key.rules:
            self._omit((column.name,), f"Left out: {rule}.")
        names = key.targets or (target.primary_key if target else ())
        found = target.column(names[0]) if target and len(names) == 1 else None
        if target is None or found is None:
            self._omit((column.name,), f"No reference: {name} has no such column in this file.")
            return None
        config = {"ref": self._catalogue.slug_of(target), "key": found.name}
        return {"type": "reference", "config": {**config, "relationship": "has-one"}}

    def _by_type(self, column: Column) -> FieldType:
        type_ = column.type
        assert type_ is not None  # noqa: S101 - columns without a type do not come here
        kind = type_.this
        found = self._listed(type_)
        if found is None and kind in _SIZED:
            found, told = string_type(_whole(type_, 0))
            if told:
                self._omit((column.name,), told)
            if type_.expressions and _whole(type_, 0) is None:
                found = {"type": "string", "config": {"size": "long"}}  # VARCHAR(MAX)
        if found is None:
            found = _scalar(type_)
        for told in _unchecked(type_):
            self._omit((column.name,), told)
        if found is None:
            self._omit((column.name,), f"Kept as text, not as {type_.sql()}.")
        return found or {"type": "string"}

    def _listed(self, type_: DataType) -> FieldType | None:
        """The type of what is one of a list, or a list itself."""
        kind = type_.this
        if kind is DType.ARRAY or kind is DType.LIST:
            inner = [one for one in type_.expressions if isinstance(one, DataType)]
            listed = self._listed(inner[0]) if inner else None
            if listed and listed["type"] == "enum":
                return {**listed, "type": "enum-list"}
            return {"type": "string-list"}
        if kind is DType.ENUM or kind is DType.SET:
            values = [one.name for one in type_.expressions]
            return _enum(values, "enum-list" if kind is DType.SET else "enum")
        values = self._catalogue.enums.get(type_name(type_), [])
        return _enum(values) if kind is DType.USERDEFINED and values else None


def _scalar(type_: DataType) -> FieldType | None:
    kind, size = type_.this, _whole(type_, 0)
    # TINYINT(1) is how MySQL spells BOOLEAN.
    if (kind, size) in {(DType.BIT, None), (DType.BIT, 1), (DType.TINYINT, 1)}:
        return {"type": "boolean"}
    if kind in _SIZES:
        return {"type": "string", "config": {"size": _SIZES[kind]}}
    if kind in _DECIMAL and size is not None:
        return {"type": "number", "config": {"decimalPlaces": _whole(type_, 1) or 0}}
    return _SCALARS.get(kind)


def _unchecked(type_: DataType) -> Iterator[str]:
    """What a type says of its values beyond what the type of a Field says."""
    kind = type_.this
    if kind in DataType.UNSIGNED_INTEGER_TYPES:
        yield "That it is not negative is not checked."
    if kind in _DECIMAL and (digits := _whole(type_, 0)) is not None:
        yield f"That it has at most {digits} digits is not checked."
    if kind is DType.ARRAY or kind is DType.LIST:
        inner = [one for one in type_.expressions if isinstance(one, DataType)]
        if inner and inner[0].this not in {*_SIZES, *_SIZED, DType.ENUM, DType.USERDEFINED}:
            yield f"Kept as a list of texts, not of {inner[0].sql()}."


def _whole(type_: DataType, index: int) -> int | None:
    parts = [part for part in type_.expressions if not isinstance(part, DataType)]
    text = parts[index].name if index < len(parts) else ""
    return int(text) if text.isdigit() else None


def _enum(values: Iterable[str | int], kind: str = "enum") -> FieldType:
    return {"type": kind, "config": {"options": [{"value": value} for value in values]}}
