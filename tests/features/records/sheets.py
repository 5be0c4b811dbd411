"""What tests of records share: Sheets made by mutation, records put in and looked at."""

from typing import Any

from harness import Api

CONTACTS = {
    "name": "Contacts",
    "fields": [
        {"key": "firstName"},
        {"key": "email", "constraints": [{"type": "REQUIRED"}, {"type": "UNIQUE"}]},
        {"key": "age", "type": "NUMBER"},
    ],
}

_RECORDS = """query ($id: ID!, $selection: RecordSelection, $orderBy: RecordOrder) {
  sheet(id: $id) { records(selection: $selection, orderBy: $orderBy, first: 1000) { edges { node {
    id values removedValues valid messages { field level source message } metadata
    readonly readonlyFields commitId } } } } }"""
_TAKEN = """recordIds commit { id created updated deleted answers completedAt }
  rejected { index code path message }"""


async def make_sheets(api: Api, *sheets: Any, **settings: Any) -> dict[str, str]:
    """Make a Space with a Workbook of these Sheets; give their ids by slug."""
    space = (await api.do("createSpace", "space { id }", name="Acme"))["space"]["id"]
    made = await api.do(
        "createWorkbook",
        "workbook { sheets { id slug } }",
        spaceId=space,
        name="Data",
        sheets=list(sheets),
        settings=settings,
    )
    return {sheet["slug"]: sheet["id"] for sheet in made["workbook"]["sheets"]}


async def insert(api: Api, sheet_id: str, *values: Any, **input: Any) -> Any:
    """Add records with these values."""
    rows = [{"values": one} for one in values]
    return await api.do("insertRecords", _TAKEN, sheetId=sheet_id, records=rows, **input)


async def update(api: Api, sheet_id: str, *records: Any, **input: Any) -> Any:
    """Change records, each ``{"id": …, "values": …}``."""
    return await api.do("updateRecords", _TAKEN, sheetId=sheet_id, records=list(records), **input)


async def records(api: Api, sheet_id: str, order: Any = None, **selection: Any) -> list[Any]:
    """Give the records chosen."""
    found = await api(_RECORDS, id=sheet_id, selection=selection, orderBy=order)
    return [edge["node"] for edge in found["sheet"]["records"]["edges"]]


async def counts(api: Api, sheet_id: str) -> tuple[int, int, int]:
    """Give how many records there are, how many are valid, and how many are not."""
    asked = "query ($id: ID!) { sheet(id: $id) { recordCounts { total valid error } } }"
    found = (await api(asked, id=sheet_id))["sheet"]["recordCounts"]
    return found["total"], found["valid"], found["error"]


def told(record: Any) -> list[tuple[str, str]]:
    """Give the Fields and sources of a record's messages."""
    return [(message["field"], message["source"]) for message in record["messages"]]


async def fields(api: Api, sheet_id: str) -> dict[str, str]:
    """Give the ids of a Sheet's Fields by key."""
    asked = "query ($id: ID!) { sheet(id: $id) { fields { id key } } }"
    found = (await api(asked, id=sheet_id))["sheet"]["fields"]
    return {field["key"]: field["id"] for field in found}


async def revalidated(api: Api) -> Any:
    """Wait until the newest revalidation has ended, and give its Job."""
    wanted = '{ jobs(filter: {job: ["sheet:revalidate"]}) { edges { node { id } } } }'
    id = (await api(wanted))["jobs"]["edges"][0]["node"]["id"]
    following = "subscription ($id: ID) { jobProgress(jobId: $id) { status progress info } }"
    steps = [step["jobProgress"] async for step in api.follow(following, id=id)]
    return steps[-1]
