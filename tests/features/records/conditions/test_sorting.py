"""What records are sorted by."""

from random import Random
from typing import Any

from sqlalchemy import ClauseElement, Executable, Index, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.compiler import SQLCompiler

from features.records.conditions.evaluation import Stored
from features.records.conditions.generation import make_value
from features.records.conditions.store import Store
from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.sql import SORTED_LENGTH, sort_expression
from gqlspaces.features.records.layout import Cell
from gqlspaces.features.records.model import record

TEXT, NUMBER = Cell(1, "text", "Text", FieldType.STRING), Cell(2, "number", "No", FieldType.NUMBER)


def key(cell: Cell, value: Any) -> str | float | None:
    match value:
        case bool():
            return None if cell is NUMBER else str(value).lower()
        case int() | float():
            return float(value) if cell is NUMBER else None
        case str():
            return None if cell is NUMBER else value[:SORTED_LENGTH]
    return None


async def test_records_are_sorted_alike_by_both_databases(store: Store) -> None:
    random = Random(5)
    long = "ä" * SORTED_LENGTH
    values = [long + "b", long + "a", *(make_value(random) for _ in range(500))]
    stored = [Stored([None, value, value]) for value in values]
    for cell in (TEXT, NUMBER):
        expression = sort_expression(cell, store.dialect)
        keys = [row[0] for row in await store.table([expression], stored)]
        assert [key(cell, value) for value in values] == keys
        for order, reverse in ((expression.asc(), False), (expression.desc(), True)):
            asked = select(expression).order_by(order.nulls_last(), record.c.n)
            async with store.holding(stored) as connection:
                found = list(await connection.scalars(asked))
            known = sorted((one for one in keys if one is not None), reverse=reverse)
            assert [*known, *[None] * (len(keys) - len(known))] == found


class Explained(Executable, ClauseElement):
    """How a database would carry out a statement."""

    inherit_cache = False

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement


@compiles(Explained)
def _explain(element: Explained, compiler: SQLCompiler, **kwargs: Any) -> str:
    plan = "EXPLAIN QUERY PLAN" if compiler.dialect.name == "sqlite" else "EXPLAIN"
    return f"{plan} {compiler.process(element.statement, **kwargs)}"


async def test_an_index_on_the_expression_serves_a_sorted_list(store: Store) -> None:
    stored = [Stored([None, f"{n:04}" + "😀" * SORTED_LENGTH, n]) for n in range(1000)]
    for cell in (TEXT, NUMBER):
        expression = sort_expression(cell, store.dialect)
        index = Index(f"ix_{cell.key}", expression, record.c.n)
        record.indexes.discard(index)
        listed = select(record.c.n).order_by(expression.asc().nulls_last(), record.c.n).limit(10)
        async with store.holding(stored) as connection:
            await connection.execute(CreateIndex(index))
            plan = str((await connection.execute(Explained(listed))).all())
            assert f"ix_{cell.key}" in plan
            assert list(range(10)) == list(await connection.scalars(listed))
