"""A list sorted by a unique Field is given by an index, in both directions and from any place."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from features.records.sheets import fields, insert, make_sheets, revalidated
from gqlspaces.features.records.reading.order import Order, Place, Sorting
from gqlspaces.features.records.reading.sheet import OpenSheet, read_sheet
from gqlspaces.features.records.selection import Selection
from harness import Api

SHEET = {
    "name": "Things",
    "constraints": [
        {"type": "UNIQUE", "name": "both", "fields": ["name", "note"], "strategy": "HASH"}
    ],
    "fields": [
        {"key": "name", "constraints": [{"type": "UNIQUE"}]},
        {"key": "size", "type": "NUMBER", "constraints": [{"type": "UNIQUE"}]},
        {"key": "note"},
    ],
}


async def plans(api: Api, sheet_id: str, field: str, **rest: Any) -> list[str]:
    """Give how the database reads each part of a sorted list."""

    def work(sheet: OpenSheet) -> list[str]:
        order = Order(sheet, Sorting(field, descending=rest.get("descending", False)))
        chosen = Selection().statement(
            sheet.state, sheet.layout, sheet.dialect, by_number=not order.has_index
        )
        parts = order.parts(chosen, rest.get("after"), None, backwards=rest.get("backwards", False))
        return [_plan(sheet.connection, part.limit(10)) for part in parts]

    return await read_sheet(api.context.reader, sheet_id, work)


def _plan(connection: Connection, statement: Any) -> str:
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        # A handful of records is read faster without any index.
        connection.execute(text("SET enable_seqscan = off"))
        connection.execute(text("SET enable_sort = off"))
        connection.execute(text("SET enable_bitmapscan = off"))
    options = connection.get_execution_options()["schema_translate_map"]
    written = statement.compile(
        dialect=connection.dialect,
        schema_translate_map=options,
        render_schema_translate=True,
        compile_kwargs={"literal_binds": True},
    )
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{explain} {written}")
    return "\n".join(str(row[-1]) for row in rows)


@pytest.fixture
async def sheet_id(api: Api) -> str:
    sheet_id = (await make_sheets(api, SHEET))["things"]
    await insert(api, sheet_id, *({"name": f"n{n}", "size": n} for n in range(50)))
    return sheet_id


@pytest.mark.parametrize("field", ["name", "size"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("resumed", [False, True])
async def test_an_index_gives_the_order(
    api: Api, sheet_id: str, field: str, descending: bool, backwards: bool, resumed: bool
) -> None:
    after = Place("n7" if field == "name" else 7, 0) if resumed else None
    found = await plans(
        api, sheet_id, field, descending=descending, backwards=backwards, after=after
    )
    filled = found[1] if backwards else found[0]
    slot = 0 if field == "name" else 1
    assert f"ix_sort_1_{slot}" in filled
    assert "TEMP B-TREE" not in filled
    assert "Sort Key" not in filled


async def test_a_field_that_becomes_unique_gets_one_and_loses_it_again(
    api: Api, sheet_id: str
) -> None:
    field = (await fields(api, sheet_id))["note"]
    assert "ix_sort_1_2" not in (await plans(api, sheet_id, "note"))[0]
    await api.do("updateField", "field { id }", id=field, constraints=[{"type": "UNIQUE"}])
    await revalidated(api)
    assert "ix_sort_1_2_text" in (await plans(api, sheet_id, "note"))[0]
    await api.do("updateField", "field { id }", id=field, constraints=[])
    await revalidated(api)
    assert "ix_sort_1_2" not in (await plans(api, sheet_id, "note"))[0]
