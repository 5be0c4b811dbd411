"""Reading costs what a query costs, not what it finds, and makes no instances of the ORM."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, event
from sqlmodel import SQLModel

from features.structure import new_space
from gqlspaces.kernel.database import Database
from harness import Api

T = TypeVar("T")

ANATOMY = """
  query ($id: ID!) { space(id: $id) {
    id name version metadata theme { root { primaryColor } } settings { omitActions }
    app { name } actions { ...Button }
    documents { id title body source actions { ...Button } space { id } }
    workbooks { id name namespace labels metadata actions { ...Button } space { id }
      sheets { id name slug access constraints { type } actions { ...Button } workbook { id }
        fields { id key type label config sheet { id } constraints { type }
          actions { ...Button inputForm { type } mount { slugs } } } } }
    blueprint
  } }
  fragment Button on Action { id operation label mode primary messages { content } }
"""
# One statement for each field of that query that reads rows, `blueprint` with six of them. There
# are fewer when two levels ask for Actions in the same moment.
LOADS = 15 + 6


# What is worth knowing of records: how many there are, and which buttons wait for that.
FILLED = """
  query ($id: ID!) { space(id: $id) {
    id name actions { ...Button }
    documents { id actions { ...Button } }
    workbooks { id recordCounts { ...Counts } actions { ...Button }
      sheets { id recordCounts { ...Counts } actions { ...Button }
        fields { id actions { ...Button } } } }
  } }
  fragment Counts on RecordCounts { total valid error }
  fragment Button on Action { id availability { available obstacles { type message } } }
"""
# Ten lists of rows, the counts of Spaces, Workbooks and Sheets, and of Actions the Space and the
# Workbooks: of those on Workbooks and, where there are others, of those on Sheets.
FIGURES = 10 + 3 + 1 + 2
RECORDS = """
  query ($id: ID!, $first: Int, $selection: RecordSelection) { sheet(id: $id) {
    records(first: $first, selection: $selection) { pageInfo { endCursor }
      edges { node { id values valid messages { message } metadata commitId } } } } }
"""


def a_button(operation: str) -> dict[str, Any]:
    return {"operation": operation, "label": operation}


def a_blueprint(*, sheets: int, fields: int, buttons: int) -> dict[str, Any]:
    """Describe a Space in which everything there is comes this many times."""
    actions = [a_button(f"do-{number}") for number in range(buttons)]
    columns = [{"key": f"f{number}", "actions": actions} for number in range(fields)]
    tables = [
        {"name": f"Sheet {number}", "fields": columns, "actions": actions}
        for number in range(sheets)
    ]
    return {
        "workbooks": [
            {"name": "First", "sheets": tables[: sheets // 2 + 1], "actions": actions},
            *([{"name": "Second", "sheets": tables[sheets // 2 + 1 :]}] if sheets > 1 else []),
        ],
        "documents": [
            {"title": f"Page {number}", "body": "*Hello*", "actions": actions}
            for number in range(sheets)
        ],
        "actions": actions,
        "space": {"metadata": {"theme": {"root": {"primaryColor": "#123456"}}}},
    }


async def a_space(api: Api, **size: int) -> str:
    app = {"name": f"App {size}", "namespace": "red", "type": "CUSTOM"}
    made = await api.do("createApp", "app { id }", **app)
    space = await new_space(api, appId=made["app"]["id"])
    await api.do("configureSpace", "", spaceId=space, blueprint=a_blueprint(**size))
    return space


@contextmanager
def counted(database: Database) -> Iterator[list[int]]:
    """Count the statements inside the block."""
    before, count = database.statements, [0]
    yield count
    count[0] = database.statements - before


@contextmanager
def opened(database: Database) -> Iterator[list[str]]:
    """List the Spaces whose own databases are read inside the block, each time that they are."""
    spaces: list[str] = []
    read = database.own.read

    async def noted(space_id: str, work: Callable[[Connection], T]) -> T:
        spaces.append(space_id)
        return await read(space_id, work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database.own, "read", noted)
        yield spaces


@contextmanager
def instances() -> Iterator[list[str]]:
    """List the tables of the ORM instances that are loaded inside the block."""
    loaded: list[str] = []

    def note(target: SQLModel, _context: object) -> None:
        loaded.append(type(target).__name__)

    event.listen(SQLModel, "load", note, propagate=True)
    try:
        yield loaded
    finally:
        event.remove(SQLModel, "load", note)


async def test_the_anatomy_of_a_space_costs_the_same_however_large_it_is(
    api: Api, database: Database
) -> None:
    small = await a_space(api, sheets=1, fields=1, buttons=1)
    large = await a_space(api, sheets=20, fields=10, buttons=1)

    with counted(database) as few:
        await api(ANATOMY, id=small)
    with counted(database) as many:
        found = (await api(ANATOMY, id=large))["space"]

    sheets = [sheet for workbook in found["workbooks"] for sheet in workbook["sheets"]]
    assert (20, 200) == (len(sheets), sum(len(sheet["fields"]) for sheet in sheets))
    assert sum(len(field["actions"]) for sheet in sheets for field in sheet["fields"]) == 200
    assert max(few[0], many[0]) <= LOADS


async def fill(api: Api, space: str, *, records: int) -> list[str]:
    """Add so many records to every Sheet of a Space; give the ids of the Sheets."""
    found = await api(ANATOMY, id=space)
    sheets = [sheet for workbook in found["space"]["workbooks"] for sheet in workbook["sheets"]]
    for sheet in sheets:
        rows = [{"values": {"f0": f"value {number}"}} for number in range(records)]
        await api.do("insertRecords", "", sheetId=sheet["id"], records=rows)
    return [sheet["id"] for sheet in sheets]


async def test_what_the_anatomy_tells_of_records_costs_the_same_however_many_there_are(
    api: Api, database: Database
) -> None:
    small = await a_space(api, sheets=1, fields=1, buttons=1)
    large = await a_space(api, sheets=12, fields=3, buttons=4)
    await fill(api, small, records=1)
    await fill(api, large, records=100)

    with counted(database) as few, opened(database) as none:
        await api(FILLED, id=small)
    with counted(database) as many, opened(database) as also_none:
        found = (await api(FILLED, id=large))["space"]

    counts = [workbook["recordCounts"]["total"] for workbook in found["workbooks"]]
    assert sum(counts) == 12 * 100
    buttons = [button for workbook in found["workbooks"] for button in workbook["actions"]]
    assert [True] * 4 == [button["availability"]["available"] for button in buttons]
    assert max(few[0], many[0]) <= FIGURES
    assert none == also_none == []


@pytest.mark.parametrize("size", [1, 200])
async def test_a_page_of_records_costs_the_same_however_many_are_on_it(
    api: Api, database: Database, size: int
) -> None:
    [sheet, *_] = await fill(api, await a_space(api, sheets=2, fields=2, buttons=0), records=500)

    with counted(database) as statements, opened(database) as reads:
        found = await api(RECORDS, id=sheet, first=size, selection={"q": 'f0 like "value%"'})

    assert size == len(found["sheet"]["records"]["edges"])
    assert statements[0] == 3  # the Sheet that was asked for, and again with its Space
    assert len(reads) == 1


async def test_a_page_of_spaces_costs_the_same_however_many_are_on_it(
    api: Api, database: Database
) -> None:
    page = (
        "query ($first: Int) { spaces(first: $first) { edges { node { name app { name } "
        "actions { id } workbooks { name sheets { name fields { key } } } documents { title } "
        "blueprint } } } }"
    )
    for number in range(4):
        await a_space(api, sheets=1 + number, fields=1, buttons=1)

    with counted(database) as few:
        await api(page, first=1)
    with counted(database) as many:
        await api(page, first=4)

    assert max(few[0], many[0]) <= 7 + 6


async def test_reading_makes_no_instances_of_the_orm(api: Api) -> None:
    space = await a_space(api, sheets=2, fields=2, buttons=1)
    ids = [space, api.principal.environment_id]

    with instances() as loaded:
        await api(ANATOMY, id=space)
        await api("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
        await api("{ spaces { totalCount edges { node { id } } } viewer { key { id } } }")
        await api("{ apps { edges { node { id } } } jobs { edges { node { id parts { id } } } } }")
        await api("{ keys { id } events { edges { node { id payload } } } eventCursor }")

    assert loaded == []


async def test_writing_does_make_them_so_that_the_recorder_sees_every_change(api: Api) -> None:
    space = await a_space(api, sheets=1, fields=1, buttons=1)

    with instances() as loaded:
        await api.do("updateSpace", "", id=space, name="Other")

    assert "Space" in loaded


@pytest.mark.parametrize("size", [1, 8])
async def test_a_blueprint_is_built_by_a_constant_number_of_reads(
    api: Api, database: Database, size: int
) -> None:
    space = await new_space(api)
    reads = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            reads.append(statement)

    engine = database.writer.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        blueprint = a_blueprint(sheets=size, fields=size, buttons=2)
        await api.do("configureSpace", "", spaceId=space, blueprint=blueprint)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(reads) < 20
