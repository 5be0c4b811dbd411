"""Data is entered, errors are shown, corrected, then submitted: what is in a button's way.

``availability`` tells a frontend what ``runAction`` would refuse, in the same words.
"""

from typing import Any

from features.records.sheets import insert, records, told, update
from features.runs.buttons import Room
from harness import Api

HAS_DATA, ALL_VALID = {"type": "HAS_DATA"}, {"type": "HAS_ALL_VALID"}
SELECTED, ENABLED = {"type": "HAS_SELECTION"}, {"type": "HAS_COLUMN_ENABLED"}
GOOD, BAD = {"email": "ann@acme.com"}, {"firstName": "Bo"}


async def in_the_way(room: Room, action: str, **where: Any) -> list[str]:
    """Give the obstacles that are told, having seen that running is refused for them alone."""
    told = await room.obstacles(action, **where)
    if told:
        paths = {"HAS_SELECTION": "selection", "HAS_COLUMN_ENABLED": "columnKey"}
        refused = [("CONFLICT", paths.get(one, "actionId")) for one in told]
        assert refused == await room.refused(action, **where)
    else:
        assert (await room.press(action, **where))["status"] == "READY"
    return told


async def test_data_is_entered_corrected_and_may_be_submitted(room: Room) -> None:
    sheet = room.ids["contacts"]
    action = await room.button("workbook", constraints=[HAS_DATA, ALL_VALID])
    assert ["HAS_DATA"] == await in_the_way(room, action)

    [id] = (await insert(room.api, sheet, {"firstName": "Ann"}))["recordIds"]
    assert ["HAS_ALL_VALID"] == await in_the_way(room, action)
    [record] = await records(room.api, sheet)
    assert [("email", "REQUIRED_CONSTRAINT")] == told(record)

    await update(room.api, sheet, {"id": id, "values": GOOD})
    assert [] == await in_the_way(room, action)

    await room.api.do("deleteRecords", "commit { id }", sheetId=sheet, selection={})
    assert ["HAS_DATA"] == await in_the_way(room, action)


async def test_what_counts_is_the_data_of_what_it_is_on(room: Room) -> None:
    await insert(room.api, room.ids["contacts"], BAD)
    around = ("space", "document", "workbook", "contacts", "contacts.email")
    for on in around:
        action = await room.button(on, constraints=[HAS_DATA, ALL_VALID])
        assert ["HAS_ALL_VALID"] == await in_the_way(room, action)
    for on in ("companies", "companies.name"):
        action = await room.button(on, constraints=[HAS_DATA, ALL_VALID])
        assert ["HAS_DATA"] == await in_the_way(room, action)


async def test_where_it_is_mounted_that_counts(room: Room) -> None:
    await insert(room.api, room.ids["contacts"], BAD)
    action = await room.button("workbook", constraints=[ALL_VALID], mount={"type": "SHEET"})
    there = {"sourceId": room.ids["companies"]}
    assert ["HAS_ALL_VALID"] == await in_the_way(room, action)
    assert [] == await in_the_way(room, action, **there)


async def test_a_selection_may_be_asked_for(room: Room) -> None:
    [id, _] = (await insert(room.api, room.ids["contacts"], GOOD, BAD))["recordIds"]
    for on in ("contacts", "contacts.email"):
        action = await room.button(on, constraints=[SELECTED])
        assert ["HAS_SELECTION"] == await in_the_way(room, action)
        nothing = {"filter": "NONE"}
        assert ["HAS_SELECTION"] == await in_the_way(room, action, selection=nothing)
        for selection in ({}, {"ids": [id]}, {"q": "firstName eq Bo"}):
            assert [] == await in_the_way(room, action, selection=selection)


async def test_everything_selected_is_nothing_while_there_is_no_data(room: Room) -> None:
    action = await room.button("contacts", constraints=[SELECTED])
    assert ["HAS_SELECTION"] == await in_the_way(room, action, selection={})


async def test_a_frontend_may_count_the_selection_itself(room: Room) -> None:
    action = await room.button("contacts", constraints=[SELECTED])
    assert [] == await room.obstacles(action, selected=2)
    assert ["HAS_SELECTION"] == await room.obstacles(action, selected=0)


async def test_where_nothing_can_be_selected_no_selection_is_missing(room: Room) -> None:
    action = await room.button("workbook", constraints=[SELECTED])
    assert [] == await in_the_way(room, action)


async def test_errors_elsewhere_do_not_matter_to_what_is_selected(room: Room) -> None:
    [good, bad] = (await insert(room.api, room.ids["contacts"], GOOD, BAD))["recordIds"]
    action = await room.button("contacts", constraints=[ALL_VALID])
    assert ["HAS_ALL_VALID"] == await in_the_way(room, action)
    assert [] == await in_the_way(room, action, selection={"ids": [good]})
    assert ["HAS_ALL_VALID"] == await in_the_way(room, action, selection={"ids": [bad]})
    assert [] == await in_the_way(room, action, selection={"filter": "ERROR", "ids": [bad]})


async def test_unless_the_selection_is_to_be_ignored(room: Room) -> None:
    [good, _] = (await insert(room.api, room.ids["contacts"], GOOD, BAD))["recordIds"]
    strict = ALL_VALID | {"ignoreSelection": True}
    action = await room.button("contacts", constraints=[strict])
    assert ["HAS_ALL_VALID"] == await in_the_way(room, action, selection={"ids": [good]})


async def test_a_column_may_have_to_be_open_to_change(room: Room, api: Api) -> None:
    action = await room.button("contacts.age", constraints=[ENABLED])
    sheet, field = room.ids["contacts"], room.ids["contacts.age"]
    assert [] == await in_the_way(room, action)
    for close, opened in (
        (("updateField", {"id": field, "readonly": True}), {"readonly": False}),
        (("updateSheet", {"id": sheet, "readonly": True}), {"readonly": False}),
        (("updateSheet", {"id": sheet, "access": ["ADD"]}), {"access": ["ADD", "EDIT"]}),
    ):
        mutation, closed = close
        await api.do(mutation, "userErrors { code }", **closed)
        assert ["HAS_COLUMN_ENABLED"] == await in_the_way(room, action)
        await api.do(mutation, "userErrors { code }", id=closed["id"], **opened)
        assert [] == await in_the_way(room, action)
    await api.do("lockSheet", "sheet { id }", id=sheet)
    assert ["HAS_COLUMN_ENABLED"] == await in_the_way(room, action)


async def test_only_a_column_can_be_closed(room: Room) -> None:
    action = await room.button("contacts", constraints=[ENABLED], mount={"type": "FIELD"})
    await room.api.do("lockSheet", "sheet { id }", id=room.ids["contacts"])
    assert [] == await in_the_way(room, action)
    assert ["HAS_COLUMN_ENABLED"] == await in_the_way(room, action, columnKey="age")


async def test_an_error_message_disables(room: Room) -> None:
    messages = [{"type": "INFO", "content": "Soon."}, {"type": "ERROR", "content": "Closed."}]
    action = await room.button("workbook", messages=messages)
    assert ["MESSAGE"] == await in_the_way(room, action)
    refused = await room.api.attempt("runAction", "", actionId=action)
    assert ["Closed."] == [error["message"] for error in refused["userErrors"]]


async def test_all_that_is_in_the_way_is_told_together(room: Room) -> None:
    messages = [{"type": "ERROR", "content": "Closed."}]
    action = await room.button("contacts", constraints=[HAS_DATA, SELECTED], messages=messages)
    assert ["MESSAGE", "HAS_DATA", "HAS_SELECTION"] == await in_the_way(room, action)


async def test_open_commits_keep_actions_waiting(api: Api) -> None:
    room = await Room.built(api, trackChanges=True)
    actions = [await room.button(on) for on in ("workbook", "contacts", "contacts.email")]
    untouched = [await room.button(on) for on in ("companies", "space")]
    made = await insert(api, room.ids["contacts"], GOOD)
    for action in actions:
        assert ["OPEN_COMMITS"] == await in_the_way(room, action)
    for action in untouched:
        assert [] == await in_the_way(room, action)
    await api.do("completeCommit", "commit { id }", id=made["commit"]["id"])
    for action in actions:
        assert [] == await in_the_way(room, action)


async def test_nothing_is_run_in_an_archived_space(room: Room, api: Api) -> None:
    action = await room.button("workbook")
    await api.do("archiveSpace", "space { id }", id=room.ids["space"])
    assert ["ARCHIVED"] == await in_the_way(room, action)
    await api.do("unarchiveSpace", "space { id }", id=room.ids["space"])
    assert [] == await in_the_way(room, action)


async def test_a_selection_that_cannot_be_understood_is_refused(room: Room) -> None:
    action = await room.button("contacts", constraints=[SELECTED])
    document = """mutation ($input: RunActionInput!) { runAction(input: $input) { job { id } } }"""
    wrong = {"actionId": action, "selection": {"q": "age gt"}}
    result = await room.api.run(document, input=wrong)
    assert result.errors is not None
    assert "BAD_USER_INPUT" == (result.errors[0].extensions or {})["code"]
