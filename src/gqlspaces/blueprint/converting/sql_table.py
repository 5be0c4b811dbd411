"""Tables as SQL declares them, put together from CREATE, ALTER, COMMENT and indexes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlglot import exp

Names = tuple[str, ...]

OWN_NUMBER: Final = "the next number"
_NUMBERED: Final = {exp.DType.SERIAL, exp.DType.BIGSERIAL, exp.DType.SMALLSERIAL}


@dataclass(slots=True)
class Column:
    """One column, with what was said of it wherever."""

    name: str
    type: exp.DataType | None = None
    is_required: bool = False
    is_generated: bool = False
    default: str | None = None
    comment: str | None = None
    choices: list[str | int] | None = None
    untold: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """Columns whose values are together unique."""

    name: str | None
    columns: Names


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values lead to another table; without target columns to its primary key."""

    columns: Names
    table: Names
    targets: Names
    rules: Names = ()


@dataclass(slots=True)
class Table:
    """One table; `name` is qualified as it was declared."""

    name: Names
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: Names = ()
    unique: list[Uniqueness] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    comment: str | None = None
    untold: list[str] = field(default_factory=list)

    def column(self, name: str) -> Column | None:
        """The column of this name, however it is capitalised."""
        return self.columns.get(name.casefold())

    def declare(self, parts: Sequence[exp.Expr]) -> None:
        """Take over what stands between the brackets of CREATE TABLE, or after ADD."""
        for part in parts:
            if isinstance(part, exp.ColumnDef):
                self._declare_column(part)
            elif isinstance(part, exp.Identifier):
                self.columns[part.name.casefold()] = Column(part.name)
            elif isinstance(part, exp.AddConstraint):
                self.declare(part.expressions)
            elif isinstance(part, exp.Constraint):
                self._declare_rule(part.expressions, part.name)
            else:
                self._declare_rule([part], None)

    def describe(self, properties: exp.Expr | None) -> None:
        """Take over what stands behind the brackets of CREATE TABLE."""
        for one in properties.expressions if properties else ():
            if isinstance(one, exp.SchemaCommentProperty):
                self.comment = one.name
            elif not isinstance(one, exp.TemporaryProperty):
                self.untold.append(_sql(one))

    def _declare_column(self, definition: exp.ColumnDef) -> None:
        column = Column(definition.name, definition.args.get("kind"))
        if column.type is not None and column.type.this in _NUMBERED:
            column.default = OWN_NUMBER
        self.columns[column.name.casefold()] = column
        for constraint in definition.args.get("constraints") or ():
            kind = constraint.args["kind"]
            if not _describe_column(column, kind):
                self._declare_rule([kind], None, column)

    def _declare_rule(
        self, rule: Sequence[exp.Expr], name: str | None, column: Column | None = None
    ) -> None:
        first = rule[0]
        columns = _columns_of(rule) or ((column.name,) if column else ())
        if isinstance(first, exp.PrimaryKey | exp.PrimaryKeyColumnConstraint):
            self.primary_key = columns
        elif isinstance(first, exp.UniqueColumnConstraint):
            self.unique.append(Uniqueness(name or _name_of(first), columns))
        elif isinstance(first, exp.ForeignKey | exp.Reference):
            self.foreign_keys.append(_foreign_key(first, columns))
        elif isinstance(first, exp.CheckColumnConstraint) and self._check(first.this):
            pass
        else:
            (column or self).untold.append(_sql(first))

    def _check(self, condition: exp.Expr) -> bool:
        """Whether the condition lists the values of a column, which are then its choices."""
        name, values = _listed(condition)
        column = self.column(name) if name else None
        if column is None or values is None:
            return False
        column.choices = values
        return True


def names_of(table: exp.Expr) -> Names:
    """The name of a table, as far as it is qualified."""
    found = table if isinstance(table, exp.Table) else table.find(exp.Table)
    return tuple(part.name for part in found.parts) if found else ()


def type_name(type_: exp.DataType) -> str:
    """The folded name of a type that a file of SQL declares itself."""
    return str(type_.args.get("kind") or "").split(".")[-1].strip('"').casefold()


def _describe_column(column: Column, kind: exp.Expr) -> bool:
    """Whether the constraint says something of one column alone that is kept."""
    if isinstance(kind, exp.NotNullColumnConstraint):
        column.is_required = not kind.args.get("allow_null")
    elif isinstance(kind, exp.DefaultColumnConstraint):
        column.default = _sql(kind.this)
    elif isinstance(kind, exp.CommentColumnConstraint):
        column.comment = kind.name
    elif isinstance(kind, exp.ComputedColumnConstraint | exp.GeneratedAsRowColumnConstraint):
        column.is_generated = True
        column.untold.append(_sql(kind))
    elif isinstance(
        kind, exp.AutoIncrementColumnConstraint | exp.GeneratedAsIdentityColumnConstraint
    ):
        column.default = OWN_NUMBER
    else:
        return False
    return True


def _columns_of(rule: Sequence[exp.Expr]) -> Names:
    """The columns that a rule of a table is about."""
    found: list[str] = []
    for part in rule:
        if isinstance(part, exp.CheckColumnConstraint | exp.Reference):
            continue
        inner: Any = part.expressions
        if not isinstance(part, exp.ForeignKey | exp.PrimaryKey):
            inner = part.this.expressions if isinstance(part.this, exp.Schema) else part.this
        for one in inner if isinstance(inner, list) else ():
            found += [name.name for name in [one.find(exp.Identifier)] if name]
    return tuple(found)


def _name_of(rule: exp.UniqueColumnConstraint) -> str | None:
    named = rule.this.this if isinstance(rule.this, exp.Schema) else None
    return named.name if isinstance(named, exp.Identifier) else None


def _foreign_key(rule: exp.Expr, columns: Names) -> ForeignKey:
    reference = rule.args["reference"] if isinstance(rule, exp.ForeignKey) else rule
    target = reference.this
    named = target.expressions if isinstance(target, exp.Schema) else ()
    rules = tuple(str(option).upper() for option in reference.args.get("options") or ())
    return ForeignKey(columns, names_of(target), tuple(one.name for one in named), rules)


def _listed(condition: exp.Expr | None) -> tuple[str | None, list[str | int] | None]:
    """The column and the values of a condition such as `a IN (1, 2)`."""
    condition = condition.unnest() if condition else None
    if isinstance(condition, exp.In):
        values: Sequence[exp.Expr] = condition.expressions
    elif isinstance(condition, exp.EQ) and isinstance(condition.expression, exp.Any):
        array = condition.expression.find(exp.Array)
        values = array.expressions if array else ()
    else:
        return None, None
    column = condition.this.find(exp.Column)
    literals = list(_literals(values))
    return (column.name, literals) if column and len(literals) == len(values) else (None, None)


def _literals(values: Sequence[exp.Expr]) -> Iterator[str | int]:
    for value in values:
        inner = value.unnest()
        while isinstance(inner, exp.Cast):
            inner = inner.this.unnest()
        if isinstance(inner, exp.Literal):
            if inner.is_string:
                yield inner.name
            elif inner.name.isdigit():
                yield int(inner.name)


def _sql(part: exp.Expr) -> str:
    return " ".join(part.sql().split())
