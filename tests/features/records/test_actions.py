"""The welcome of the first seed: data is entered, errors are shown, corrected, then submitted."""

from typing import Any

from features.records.sheets import CONTACTS, insert, records, told, update
from harness import Api

SUBMIT = {
    "operation": "submit",
    "label": "Submit",
    "mode": "FOREGROUND",
    "primary": True,
    "constraints": [{"type": "HAS_DATA"}, {"type": "HAS_ALL_VALID"}],
}
AVAILABLE = """query ($id: ID!, $selected: Int) { workbook(id: $id) { actions {
  availability(selected: $selected) { available obstacles { type message } } } } }"""


async def a_workbook(api: Api, action: Any, **settings: Any) -> tuple[str, str]:
    space = (await api.do("createSpace", "space { id }", name="Acme"))["space"]["id"]
    made = await api.do(
        "createWorkbook",
        "workbook { id sheets { id } }",
        spaceId=space,
        name="Customer Data",
        sheets=[CONTACTS],
        actions=[action],
        settings=settings,
    )
    return made["workbook"]["id"], made["workbook"]["sheets"][0]["id"]


async def obstacles(api: Api, workbook_id: str, selected: int | None = None) -> list[str]:
    found = await api(AVAILABLE, id=workbook_id, selected=selected)
    [action] = found["workbook"]["actions"]
    told = action["availability"]
    assert told["available"] is not bool(told["obstacles"])
    assert all(obstacle["message"] for obstacle in told["obstacles"])
    return [obstacle["type"] for obstacle in told["obstacles"]]


async def test_data_is_entered_corrected_and_may_be_submitted(api: Api) -> None:
    workbook, sheet = await a_workbook(api, SUBMIT)
    assert ["HAS_DATA"] == await obstacles(api, workbook)

    [id] = (await insert(api, sheet, {"firstName": "Ann"}))["recordIds"]
    assert ["HAS_ALL_VALID"] == await obstacles(api, workbook)
    [record] = await records(api, sheet)
    assert [("email", "REQUIRED_CONSTRAINT")] == told(record)

    await update(api, sheet, {"id": id, "values": {"email": "ann@acme.com"}})
    assert [] == await obstacles(api, workbook)

    await api.do("deleteRecords", "commit { id }", sheetId=sheet, selection={})
    assert ["HAS_DATA"] == await obstacles(api, workbook)


async def test_a_selection_may_be_asked_for(api: Api) -> None:
    action = SUBMIT | {"constraints": [{"type": "HAS_SELECTION"}]}
    workbook, _ = await a_workbook(api, action)
    assert ["HAS_SELECTION"] == await obstacles(api, workbook)
    assert [] == await obstacles(api, workbook, selected=2)


async def test_an_error_message_disables(api: Api) -> None:
    messages = [{"type": "INFO", "content": "Soon."}, {"type": "ERROR", "content": "Closed."}]
    workbook, _ = await a_workbook(api, SUBMIT | {"constraints": [], "messages": messages})
    assert ["MESSAGE"] == await obstacles(api, workbook)


async def test_open_commits_keep_actions_waiting(api: Api) -> None:
    workbook, sheet = await a_workbook(api, SUBMIT, trackChanges=True)
    made = await insert(api, sheet, {"email": "a@b.c"})
    assert ["OPEN_COMMITS"] == await obstacles(api, workbook)
    await api.do("completeCommit", "commit { id }", id=made["commit"]["id"])
    assert [] == await obstacles(api, workbook)
