"""From SQL: CREATE TABLE and what belongs to it, in any of several dialects."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from gqlspaces.blueprint.converting.conversion import Conversion, settled
from gqlspaces.blueprint.converting.sql_sheet import Catalogue
from gqlspaces.blueprint.converting.sql_table import Table, Uniqueness, names_of, type_name
from gqlspaces.blueprint.notation import Unreadable

DIALECTS: Final = ("postgres", "mysql", "sqlite", "tsql", "oracle", "snowflake", "bigquery")

# What dumps and scripts have in them that is no SQL.
_COPIED: Final = re.compile(r"^COPY\s.*?\sFROM\s+stdin.*?^\\\.$", re.MULTILINE | re.DOTALL)
_META: Final = re.compile(r"^(?:\\.*|DELIMITER\b.*)$", re.MULTILINE)
_GO: Final = re.compile(r"^GO\s*$", re.MULTILINE | re.IGNORECASE)

_WORD: Final = re.compile("[A-Z]+")
_ASIDE: Final = frozenset({"OR", "REPLACE", "TEMPORARY", "UNIQUE"})

_Statements = Sequence[exp.Expr | None]


def from_sql(text: str, *, name: str = "Data", dialect: str | None = None) -> Conversion:
    """A Workbook with a Sheet for each table that the SQL creates; raises Unreadable."""
    if dialect is not None and dialect not in DIALECTS:
        raise Unreadable(f"There is no dialect {dialect!r}: known are {', '.join(DIALECTS)}.")
    plain, copies = _COPIED.subn("", text)
    plain = _META.sub("", _GO.sub(";", plain))
    reading = _Reading()
    for statement in _parsed(plain, [dialect] if dialect else DIALECTS):
        reading.take(statement)
    if not reading.catalogue.tables:
        raise Unreadable("There is no CREATE TABLE in it.")
    reading.passed["COPY"] += copies
    sheets = list(reading.catalogue.sheets())
    for kind, count in sorted(reading.passed.items()):
        if count:
            reading.catalogue.omit([kind], f"Left out: {count} statement{'s' * (count > 1)}.")
    workbook = {"name": name, "sheets": sheets}
    return settled({"workbooks": [workbook]}, reading.catalogue.omissions)


def _parsed(text: str, dialects: Sequence[str]) -> _Statements:
    """The statements in the dialect that understands them best."""
    best: tuple[int, _Statements] | None = None
    errors = []
    with _silence():
        for dialect in dialects:
            try:
                statements: _Statements = sqlglot.parse(text, dialect=dialect)
            except SqlglotError as error:
                errors.append((_line(error), dialect))
                continue
            doubts = _doubts(statements)
            if best is None or doubts < best[0]:
                best = doubts, statements
            if not doubts:
                break
    if best is None:
        line, dialect = max(errors)
        raise Unreadable(f"It is no SQL, as {dialect} reads it up to line {line}.")
    return best[1]


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the parser from warning of what is told as an omission."""
    logger = logging.getLogger("sqlglot")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _line(error: SqlglotError) -> int:
    found = error.errors if isinstance(error, ParseError) else []
    return int(found[0].get("line") or 1) if found else 1


def _doubts(statements: _Statements) -> int:
    """How much of what declares a table this dialect did not understand."""
    doubts = 0
    known = set()
    for statement in statements:
        if isinstance(statement, exp.Command):
            doubts += 10 * (statement.name.upper() == "CREATE")
        elif isinstance(statement, exp.Create):
            known.add(_name(statement))
            types = statement.find_all(exp.DataType)
            own = [type_name(one) for one in types if one.this is exp.DType.USERDEFINED]
            doubts += len([name for name in own if name not in known])
    return doubts


def _name(statement: exp.Create) -> str:
    names = names_of(statement.this)
    return names[-1].casefold() if names else ""


class _Reading:
    """Takes one statement after the other into a catalogue; `passed` counts the others."""

    def __init__(self) -> None:
        self.catalogue = Catalogue()
        self.passed: Counter[str] = Counter()

    def take(self, statement: exp.Expr | None) -> None:
        """Take over what the statement declares, or count it as passed over."""
        if statement is None or isinstance(statement, exp.Semicolon):
            return
        takers: dict[type[exp.Expr], Callable[[exp.Expr], bool]] = {
            exp.Create: self._create,
            exp.Alter: self._alter,
            exp.Comment: self._comment,
        }
        take = takers.get(type(statement))
        if take is None or not take(statement):
            self.passed[_kind(statement)] += 1

    def _create(self, statement: exp.Expr) -> bool:
        kind = statement.args.get("kind")
        declared = statement.args.get("expression")
        if kind == "TABLE" and isinstance(statement.this, exp.Schema):
            table = Table(names_of(statement.this))
            table.declare(statement.this.expressions)
            table.describe(statement.args.get("properties"))
            self.catalogue.tables[tuple(part.casefold() for part in table.name)] = table
        elif kind == "TYPE" and isinstance(declared, exp.DataType):
            values = [value.name for value in declared.expressions]
            self.catalogue.enums[names_of(statement.this)[-1].casefold()] = values
            return declared.this is exp.DType.ENUM
        else:
            return kind == "INDEX" and self._index(statement)
        return True

    def _index(self, statement: exp.Expr) -> bool:
        """Whether the index makes columns unique; any other is about speed."""
        index = statement.this
        table = self._table(index.args.get("table"))
        parameters = index.args.get("params")
        if table is None or parameters is None or not statement.args.get("unique"):
            return False
        columns = [one.this for one in parameters.args.get("columns") or ()]
        is_plain = all(isinstance(one, exp.Column) for one in columns)
        if not is_plain or parameters.args.get("where"):
            return False
        table.unique.append(Uniqueness(index.name, tuple(one.name for one in columns)))
        return True

    def _alter(self, statement: exp.Expr) -> bool:
        table = self._table(statement.this)
        actions = statement.args.get("actions") or []
        if table is None or not actions:
            return False
        for action in actions:
            if isinstance(action, exp.AddConstraint | exp.ColumnDef):
                table.declare([action])
            elif not _alter_column(table, action):
                return False
        return True

    def _comment(self, statement: exp.Expr) -> bool:
        target, text = statement.this, statement.args["expression"].name
        if isinstance(target, exp.Table):
            if (table := self._table(target)) is not None:
                table.comment = text
            return table is not None
        if isinstance(target, exp.Column):
            table = self.catalogue.find(tuple(part.name for part in target.parts[:-1]))
            column = table.column(target.name) if table else None
            if column is not None:
                column.comment = text
            return column is not None
        return False

    def _table(self, named: exp.Expr | None) -> Table | None:
        return self.catalogue.find(names_of(named)) if named is not None else None


def _alter_column(table: Table, action: exp.Expr) -> bool:
    column = table.column(action.name) if isinstance(action, exp.AlterColumn) else None
    if column is None:
        return False
    default, allow_null = action.args.get("default"), action.args.get("allow_null")
    if default is not None:
        column.default = default.sql()
    if allow_null is not None:
        column.is_required = not allow_null
    return default is not None or allow_null is not None


def _kind(statement: exp.Expr) -> str:
    """What people call a statement: its first word, and what it is about."""
    words = [word for word in _WORD.findall(statement.sql().upper()[:80]) if word not in _ASIDE]
    return " ".join(words[: 2 if words[:1] in (["CREATE"], ["ALTER"], ["DROP"]) else 1])
