"""Pages of records: how they are asked for, and the same statements without a gateway."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import create_engine

from benchmarks.rounds import Sample
from gqlspaces.features.records.conditions.sqlite import register
from gqlspaces.features.records.reading.order import Order, Sorting
from gqlspaces.features.records.reading.sheet import OpenSheet
from gqlspaces.features.records.selection import Selection
from gqlspaces.features.records.state import all_states
from gqlspaces.kernel.own.tables import SCHEMA

SIZE = 100
PAGE = """
query Page($id: ID!, $selection: RecordSelection, $orderBy: RecordOrder) {
  sheet(id: $id) {
    records(first: 100, selection: $selection, orderBy: $orderBy) {
      edges { node { id values valid } }
      pageInfo { hasNextPage }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what it is sorted by, and the query that chooses its records."""

    name: str
    field: str | None = None
    q: str | None = None

    @property
    def variables(self) -> Mapping[str, Any]:
        """What the GraphQL document is given."""
        return {"selection": {"q": self.q}, "orderBy": {"field": self.field}}


PAGES = (
    Page("as added"),
    Page("indexed", field="id"),
    Page("not indexed", field="name"),
    Page("FFQL", q='age gt 80 and city like "City 47%"'),
    Page("FFQL, indexed", field="id", q="country eq pl and amount lt 1"),
    Page("FFQL, not indexed", field="name", q="country eq pl and amount lt 1"),
)


def bare_page(path: Path, page: Page) -> tuple[str, Sequence[Any]]:
    """The statement that the server runs for a page, with what is bound to it."""
    engine = create_engine(f"sqlite:///{path}").execution_options(
        schema_translate_map={SCHEMA: None}
    )
    with engine.connect() as connection:
        [state] = all_states(connection)
        fields = [
            SimpleNamespace(id=slot["field"], key=slot["key"], label=None, type=slot["type"])
            for slot in state.slots
        ]
        structure: Any = None  # nothing here asks for it
        sheet = OpenSheet(connection, state, state.layout(fields), structure)  # type: ignore[arg-type]
        order = Order(sheet, Sorting(page.field))
        chosen = Selection(q=page.q).statement(
            state, sheet.layout, "sqlite", by_number=not order.has_index
        )
        first = next(order.parts(chosen, None, None, backwards=False)).limit(SIZE + 1)
        compiled = first.compile(
            dialect=engine.dialect,
            schema_translate_map={SCHEMA: None},
            compile_kwargs={"render_postcompile": True},
        )
        values = compiled.params
        bound = [values[name] for name in compiled.positiontup or ()]
    engine.dispose()
    # What stands for the schema is only replaced when SQLAlchemy runs a statement itself.
    return str(compiled).replace(f"__[SCHEMA_{SCHEMA}].", ""), bound


async def pages_for(
    database: sqlite3.Connection, page: tuple[str, Sequence[Any]], seconds: float
) -> Sample:
    """Read a page over and over for some seconds, rows as they are stored."""
    register(database)
    count, cpu, begun = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() < begun + seconds:
        database.execute(*page).fetchall()
        count += 1
    return Sample(count, time.perf_counter() - begun, time.process_time() - cpu)
