"""A click on a button makes the Job of its Action."""

import asyncio
from typing import Any

import pytest

from features.runs.buttons import Room
from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.features.actions.model import Action
from gqlspaces.features.runs.service import run_action
from gqlspaces.features.runs.spot import loading
from gqlspaces.features.runs.survey import Wanted, survey
from gqlspaces.kernel.database import Raced
from harness import Api


@pytest.mark.parametrize(
    ("on", "name", "source"),
    [
        ("space", "space:submit", "space"),
        ("document", "document:submit", "document"),
        ("workbook", "workbook:submit", "workbook"),
        ("contacts", "sheet:submit", "contacts"),
        ("contacts.email", "sheet:submit", "contacts"),
    ],
)
async def test_a_button_makes_the_job_of_what_it_is_on(
    room: Room, on: str, name: str, source: str
) -> None:
    action = await room.button(on)
    job = await room.press(action)

    assert (job["name"], job["sourceId"]) == (name, room.ids[source])
    assert (job["actionId"], job["action"]) == (action, {"id": action})
    assert (job["status"], job["mode"], job["input"]) == ("READY", "BACKGROUND", None)
    assert job["spaceId"] == room.ids["space"]


async def test_the_operation_may_have_colons(room: Room) -> None:
    action = await room.button("document", "contacts:submit")
    assert "document:contacts:submit" == (await room.press(action))["name"]


@pytest.mark.parametrize("mode", ["FOREGROUND", "BACKGROUND", "TOOLBAR_BLOCKING"])
async def test_the_job_runs_as_the_action_says(room: Room, mode: str) -> None:
    assert mode == (await room.press(await room.button("workbook", mode=mode)))["mode"]


async def test_the_job_of_a_sheet_says_which_records_are_meant(room: Room) -> None:
    action = await room.button("contacts")
    sheet = room.ids["contacts"]
    params = {"sheetId": sheet}

    job = await room.press(action)
    assert job["subject"] == {
        "type": "COLLECTION",
        "resource": "records",
        "params": params,
        "query": {},
    }
    selection = {
        "filter": "VALID",
        "filterField": "email",
        "search": "acme",
        "searchField": "email",
        "q": "age gt 30",
        "ids": ["rc_1"],
    }
    job = await room.press(action, selection=selection)
    assert job["subject"]["query"] == {
        "filter": "valid",
        "filterField": "email",
        "searchField": "email",
        "searchValue": "acme",
        "q": "age gt 30",
        "ids": ["rc_1"],
    }


async def test_the_job_of_a_field_is_its_sheets_and_names_the_column(room: Room) -> None:
    job = await room.press(await room.button("contacts.email"), selection={"filter": "ERROR"})
    assert {"sheetId": room.ids["contacts"], "columnKey": "email"} == job["subject"]["params"]
    assert {"filter": "error"} == job["subject"]["query"]
    assert (job["workbookId"], job["sheetId"]) == (room.ids["workbook"], room.ids["contacts"])


async def test_only_what_is_run_on_a_sheet_is_about_records(room: Room) -> None:
    action = await room.button("workbook")
    assert (await room.press(action))["subject"] is None
    assert [("INVALID", "selection")] == await room.refused(action, selection={})
    selection = {"searchField": "email", "q": "a"}
    told = [("INVALID", "selection.searchField"), ("INVALID", "selection.q")]
    assert told == await room.refused(action, selection=selection)


async def test_the_events_of_the_job_name_the_action(room: Room) -> None:
    action = await room.button("contacts")
    job = await room.press(action)
    lease = (await room.api.do("ackJob", "lease", id=job["id"]))["lease"]
    await room.api.do("splitJob", "job { id }", id=job["id"], lease=lease, parts=2)

    heard = await room.api.heard("topic context", topics=["job:*"])

    assert {"job:created", "job:ready", "job:updated"} == {event["topic"] for event in heard}
    assert {(action, "submit")} == {
        (event["context"]["actionId"], event["context"]["actionName"]) for event in heard
    }
    assert {job["sheetId"]} == {event["context"]["sheetId"] for event in heard}


async def test_metadata_and_a_time_go_to_the_job(room: Room) -> None:
    job = await room.press(
        await room.button("workbook"), metadata={"a": 1}, runAt="2026-06-01T00:00:00Z"
    )
    assert (job["metadata"], job["status"]) == ({"a": 1}, "SCHEDULED")
    assert job["runAt"].startswith("2026-06-01T00:00:00")


async def test_pressing_twice_by_one_key_presses_once(room: Room) -> None:
    action = await room.button("workbook")
    first = await room.press(action, idempotencyKey="click")
    assert first == await room.press(action, idempotencyKey="click")
    assert first["id"] != (await room.press(action))["id"]
    assert [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")] == await room.refused(
        action, metadata={"a": 1}, idempotencyKey="click"
    )


async def test_a_repetition_is_answered_when_the_button_is_gone(room: Room) -> None:
    action = await room.button("workbook")
    first = await room.press(action, idempotencyKey="click")
    await room.api.do("deleteAction", "deletedId", id=action)
    again = await room.press(action, idempotencyKey="click")
    assert first | {"action": None} == again


async def test_a_button_that_is_not_there_is_not_pressed(room: Room, gateway: Gateway) -> None:
    unknown = "ac_" + "0" * 26
    assert [("NOT_FOUND", "actionId")] == await room.refused(unknown)
    assert [("NOT_FOUND", "actionId")] == await room.refused(room.ids["space"])
    action = await room.button("workbook")
    elsewhere = await limited(room.api, gateway, namespaces=["other"])
    assert [("NOT_FOUND", "actionId")] == await elsewhere.refused("runAction", actionId=action)


async def test_reading_is_not_enough_to_press(room: Room, gateway: Gateway) -> None:
    action = await room.button("workbook")
    reader = await limited(room.api, gateway, scopes=["SPACE_READ"])
    assert [("FORBIDDEN", "")] == await reader.refused("runAction", actionId=action)


async def test_a_listener_may_press_under_its_lease_while_it_holds_its_job(room: Room) -> None:
    action = await room.button("workbook")
    job = await room.press(action)
    lease = (await room.api.do("ackJob", "lease", id=job["id"]))["lease"]
    held = room.api.under_lease(f"{job['id']} {lease}")

    made = await held.do("runAction", "job { createdBy }", actionId=action)

    assert job["id"] == made["job"]["createdBy"]
    lost = room.api.under_lease(f"{job['id']} {'x' * 32}")
    assert [("LEASE_LOST", "")] == await lost.refused("runAction", actionId=action)


async def test_what_was_seen_before_the_space_changed_does_not_count(room: Room) -> None:
    id = await room.button("workbook")
    database, principal = room.api.gateway.database, room.api.principal
    reader = database.reader(principal)
    action = await reader.find(Action, id)
    seen = await survey(reader, loading(reader), action, Wanted())
    await room.api.do("lockSheet", "sheet { id }", id=room.ids["contacts"])
    with pytest.raises(Raced):
        async with database.transaction(principal) as tx:
            await run_action(tx, id=id, seen=seen)
    assert [] == await room.api.topics(topics=["job:*"])


async def test_clicks_while_the_space_is_being_changed_all_make_their_jobs(room: Room) -> None:
    action = await room.button("workbook")
    changes = [room.api.do("updateSpace", "", id=room.ids["space"], name=f"{n}") for n in range(3)]
    clicks = [room.press(action, idempotencyKey=f"{n}") for n in range(3)]
    jobs = (await asyncio.gather(*changes, *clicks))[3:]
    assert 3 == len({job["id"] for job in jobs})


@pytest.mark.parametrize(
    ("mount", "source", "name", "params"),
    [
        ({"type": "SHEET"}, "companies", "sheet:submit", {"sheetId": "companies"}),
        ({"type": "SHEET", "slugs": ["contacts"]}, "contacts", "sheet:submit", {}),
        ({"type": "WORKBOOK"}, "workbook", "workbook:submit", None),
        ({"type": "WORKBOOK", "slugs": ["customer-data"]}, "workbook", "workbook:submit", None),
        ({"type": "DOCUMENT"}, "document", "document:submit", None),
        ({"type": "FIELD"}, "contacts.email", "sheet:submit", {"columnKey": "email"}),
        ({"type": "FIELD", "keys": ["name"]}, "companies.name", "sheet:submit", {}),
    ],
)
async def test_a_mounted_button_is_pressed_where_it_is_mounted(
    room: Room, mount: Any, source: str, name: str, params: dict[str, str] | None
) -> None:
    action = await room.button("space", mount=mount)
    job = await room.press(action, sourceId=room.ids[source])
    assert name == job["name"]
    assert room.ids[source.partition(".")[0]] == job["sourceId"]
    if params is None:
        assert job["subject"] is None
    else:
        wanted = {key: room.ids.get(value, value) for key, value in params.items()}
        assert wanted.items() <= job["subject"]["params"].items()
    assert "space:submit" == (await room.press(action))["name"]


async def test_a_column_is_named_by_its_sheet_and_its_key(room: Room) -> None:
    action = await room.button("workbook", mount={"type": "FIELD", "keys": ["email", "age"]})
    there = {"sourceId": room.ids["contacts"]}
    job = await room.press(action, **there, columnKey="age")
    assert {"sheetId": room.ids["contacts"], "columnKey": "age"} == job["subject"]["params"]

    for key in ("firstName", "gone"):
        refused = await room.refused(action, **there, columnKey=key)
        assert [("NOT_FOUND", "columnKey")] == refused
    assert [("NOT_FOUND", "sourceId")] == await room.refused(action, **there)
    assert [("NOT_FOUND", "columnKey")] == await room.refused(action, columnKey="age")


async def test_the_button_of_a_field_takes_no_other_column(room: Room) -> None:
    action = await room.button("contacts.email")
    assert await room.press(action, columnKey="email")
    assert await room.press(action, sourceId=room.ids["contacts"], columnKey="email")
    assert [("NOT_FOUND", "columnKey")] == await room.refused(action, columnKey="age")


@pytest.mark.parametrize(
    ("mount", "source"),
    [
        (None, "contacts"),
        ({"type": "SHEET"}, "document"),
        ({"type": "SHEET"}, "contacts.email"),
        ({"type": "SHEET", "slugs": ["companies"]}, "contacts"),
        ({"type": "WORKBOOK", "slugs": ["other"]}, "workbook"),
        ({"type": "DOCUMENT"}, "workbook"),
        ({"type": "FILE"}, "document"),
        ({"type": "FIELD"}, "contacts"),
    ],
)
async def test_a_button_is_pressed_nowhere_else(room: Room, mount: Any, source: str) -> None:
    action = await room.button("space", mount=mount)
    refused = await room.refused(action, sourceId=room.ids[source])
    assert [("NOT_FOUND", "sourceId")] == refused


async def test_a_mounted_button_stays_in_its_space(room: Room, api: Api) -> None:
    action = await room.button("space", mount={"type": "DOCUMENT"})
    page = {"spaceId": await new_space(api), "title": "Guide", "body": "Hello"}
    other = (await api.do("createDocument", "document { id }", **page))["document"]["id"]
    assert [("NOT_FOUND", "sourceId")] == await room.refused(action, sourceId=other)
    for id in ("ev_" + "0" * 26, "nonsense", ""):
        assert [("NOT_FOUND", "sourceId")] == await room.refused(action, sourceId=id)
