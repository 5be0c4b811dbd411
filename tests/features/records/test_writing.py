"""Records go in, are judged, are corrected, and say what happened."""

from typing import Any

import pytest

from harness import Api

CONTACTS = {
    "name": "Contacts",
    "fields": [
        {"key": "firstName"},
        {"key": "email", "constraints": [{"type": "REQUIRED"}, {"type": "UNIQUE"}]},
        {"key": "age", "type": "NUMBER"},
    ],
}
SHEET = """query ($id: ID!, $selection: RecordSelection, $orderBy: RecordOrder) { sheet(id: $id) {
  recordCounts { total valid error }
  records(selection: $selection, orderBy: $orderBy) { totalCount edges { node {
    id values valid messages { field level source message } metadata } } } } }"""


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS))["contacts"]


async def make_sheets(api: Api, *sheets: Any, **settings: Any) -> dict[str, str]:
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


async def insert(api: Api, sheet_id: str, *values: Any) -> Any:
    return await api.do(
        "insertRecords",
        "recordIds commit { id created } rejected { index code path }",
        sheetId=sheet_id,
        records=[{"values": one} for one in values],
    )


async def test_what_was_inserted_is_read(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c", "age": "5"}, {"firstName": "Ann"})
    assert made["commit"]["created"] == 2
    sheet = (await api(SHEET, id=sheet_id))["sheet"]

    assert {"total": 2, "valid": 1, "error": 1} == sheet["recordCounts"]
    first, second = (edge["node"] for edge in sheet["records"]["edges"])
    assert made["recordIds"] == [first["id"], second["id"]]
    assert {"email": "a@b.c", "age": 5} == first["values"]
    assert ["email is required"] == [message["message"] for message in second["messages"]]


async def test_a_changed_blueprint_judges_the_records_anew(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "b@b.c", "firstName": "B"})
    field = (await api("query ($id: ID!) { sheet(id: $id) { fields { id key } } }", id=sheet_id))[
        "sheet"
    ]["fields"][0]
    await api.do("updateField", "field { id }", id=field["id"], constraints=[{"type": "REQUIRED"}])
    assert "complete" == (await revalidated(api))["status"].lower()

    sheet = (await api(SHEET, id=sheet_id))["sheet"]
    assert {"total": 2, "valid": 1, "error": 1} == sheet["recordCounts"]


async def revalidated(api: Api) -> Any:
    """Wait until the newest revalidation has ended, and give its Job."""
    wanted = '{ jobs(filter: {job: ["sheet:revalidate"]}) { edges { node { id } } } }'
    id = (await api(wanted))["jobs"]["edges"][0]["node"]["id"]
    following = "subscription ($id: ID) { jobProgress(jobId: $id) { status progress info } }"
    steps = [step["jobProgress"] async for step in api.follow(following, id=id)]
    return steps[-1]
