"""Sheets through the API."""

from typing import Any

import pytest

from features.structure import (
    a_reference,
    a_sheet,
    limited,
    new_space,
    new_workbook,
    state,
)
from gqlspaces.app import Gateway
from harness import Api

LIST = "query ($id: ID!) { workbook(id: $id) { sheets { id slug } } }"


async def slugs(api: Api, workbook: str) -> list[str]:
    data = await api(LIST, id=workbook)
    return [sheet["slug"] for sheet in data["workbook"]["sheets"]]


async def add(api: Api, workbook: str, name: str, **more: Any) -> Any:
    payload = await api.do(
        "createSheet",
        "sheet { id name slug fields { id key } }",
        **{"workbookId": workbook} | a_sheet(name, "key") | more,
    )
    return payload["sheet"]


async def test_every_attribute_of_a_sheet_comes_back_as_it_was_sent(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    sent = {
        "name": "Orders",
        "slug": "orders",
        "description": "What was bought.",
        "readonly": True,
        "allowAdditionalFields": True,
        "mappingConfidenceThreshold": 0.75,
        "access": ["ADD", "IMPORT"],
        "constraints": [
            {"type": "UNIQUE", "name": "once", "fields": ["id"], "strategy": "HASH"},
        ],
        "treatments": ["ENUM_REFERENCE"],
        "collection": "Reference",
        "metadata": {"a": 1},
    }
    selection = (
        "name slug description readonly allowAdditionalFields mappingConfidenceThreshold access "
        "constraints { type name fields strategy } treatments collection metadata"
    )
    payload = await api.do(
        "createSheet",
        f"sheet {{ id {selection} workbook {{ id }} actions {{ operation }} }}",
        workbookId=workbook["id"],
        fields=[{"key": "id"}],
        actions=[{"operation": "a", "label": "A"}, {"operation": "b", "label": "B"}],
        **sent,
    )
    made = payload["sheet"]
    id = made.pop("id")
    assert made == sent | {
        "workbook": {"id": workbook["id"]},
        "actions": [{"operation": "a"}, {"operation": "b"}],
    }
    read = await api(f"query ($id: ID!) {{ sheet(id: $id) {{ {selection} }} }}", id=id)
    assert read["sheet"] == sent


async def test_a_sheet_has_sensible_defaults(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    sheet = await add(api, workbook["id"], "Über uns & Co.")
    data = await api(
        "query ($id: ID!) { sheet(id: $id) { slug access readonly allowAdditionalFields "
        "mappingConfidenceThreshold lockedBy lockedAt metadata } }",
        id=sheet["id"],
    )
    assert data["sheet"] == {
        "slug": "über-uns-co",
        "access": ["ALL"],
        "readonly": False,
        "allowAdditionalFields": False,
        "mappingConfidenceThreshold": 0.5,
        "lockedBy": None,
        "lockedAt": None,
        "metadata": {},
    }


async def test_a_new_sheet_is_announced_with_its_workbook(api: Api) -> None:
    space = await new_space(api, namespace="red")
    workbook = await new_workbook(api, space, namespace="staging")
    heard = len(await api.topics())
    sheet = await add(api, workbook["id"], "Orders", fields=[{"key": "a"}, {"key": "b"}])

    created, updated = (await api.heard("topic namespaces payload context"))[heard:]
    assert created["topic"] == "sheet:created"
    assert created["namespaces"] == ["space:red", "workbook:staging"]
    assert created["payload"] == {
        "sheetId": sheet["id"],
        "workbookId": workbook["id"],
        "name": "Orders",
        "slug": "orders",
        "fieldCount": 2,
    }
    context = created["context"]
    assert (context["spaceId"], context["workbookId"], context["sheetId"]) == (
        space,
        workbook["id"],
        sheet["id"],
    )
    assert context["slugs"] == {"space": "acme", "workbook": "customers", "sheet": "orders"}
    assert context["sheetSlug"] == "orders"
    assert updated["topic"] == "workbook:updated"
    assert "sheetId" not in updated["context"]
    assert updated["payload"]["changes"] == [
        {
            "type": "sheet_added",
            "details": {"sheetId": sheet["id"], "name": "Orders", "slug": "orders"},
        }
    ]


async def test_a_deleted_sheet_is_announced_with_its_workbook(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api), a_sheet("A", "k"), a_sheet("B", "k"))
    sheet = workbook["sheets"][0]
    heard = len(await api.topics())
    payload = await api.do("deleteSheet", "deletedId", id=sheet["id"])
    assert payload["deletedId"] == sheet["id"]
    assert await slugs(api, workbook["id"]) == ["b"]

    deleted, updated = (await api.heard("topic payload"))[heard:]
    assert deleted == {
        "topic": "sheet:deleted",
        "payload": {
            "sheetId": sheet["id"],
            "workbookId": workbook["id"],
            "name": "A",
            "slug": "a",
        },
    }
    assert updated["topic"] == "workbook:updated"
    assert [change["type"] for change in updated["payload"]["changes"]] == ["sheet_removed"]
    field = await api("query ($id: ID!) { node(id: $id) { id } }", id=sheet["fields"][0]["id"])
    assert field["node"] is None


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"workbookId": "wb_00000000000000000000000000"}, ("NOT_FOUND", "workbookId")),
        ({"name": ""}, ("REQUIRED", "name")),
        ({"slug": "x" * 256}, ("TOO_LONG", "slug")),
        ({"slug": "contacts"}, ("DUPLICATE", "slug")),
        ({"fields": []}, ("REQUIRED", "fields")),
        ({"fields": [{"key": str(n)} for n in range(1001)]}, ("TOO_LONG", "fields")),
        ({"fields": [{"key": "a"}, {"key": "a"}]}, ("DUPLICATE", "fields.1.key")),
        ({"fields": [{"key": "a", "type": "ENUM"}]}, ("REQUIRED", "fields.0.config.options")),
        ({"mappingConfidenceThreshold": 1.5}, ("INVALID", "mappingConfidenceThreshold")),
        ({"access": ["ADD", "ADD"]}, ("DUPLICATE", "access.1")),
        (
            {"constraints": [{"type": "EXTERNAL", "validator": "v", "fields": ["nope"]}]},
            ("INVALID", "constraints.0.fields.0"),
        ),
        ({"metadata": {"x": "nul \u0000"}}, ("INVALID", "metadata.x")),
        (
            {"fields": [a_reference("a", "nowhere", "id")]},
            ("INVALID", "fields.0.config.ref"),
        ),
        (
            {"fields": [{"key": "x"}, a_reference("a", "contacts", "nope")]},
            ("INVALID", "fields.1.config.key"),
        ),
        ({"index": 2}, ("INVALID", "index")),
    ],
)
async def test_bad_input_is_refused_with_code_and_path(
    api: Api, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    before = await state(api, space)
    input = {"workbookId": workbook["id"]} | a_sheet("Orders", "key") | wrong
    assert await api.refused("createSheet", **input) == [expected]
    assert await state(api, space) == before


async def test_a_slug_is_unique_in_its_workbook_only(api: Api) -> None:
    space = await new_space(api)
    first = await new_workbook(api, space, name="First")
    second = await new_workbook(api, space, a_sheet("Other", "k"), name="Second")
    await add(api, second["id"], "Contacts")
    other = await add(api, first["id"], "Other")
    before = await state(api, space)
    assert await api.refused("updateSheet", id=other["id"], slug="contacts") == [
        ("DUPLICATE", "slug")
    ]
    assert await state(api, space) == before


async def test_a_change_leaves_what_is_absent_and_clears_what_is_null(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    sheet = await add(
        api,
        workbook["id"],
        "Orders",
        description="D",
        metadata={"a": 1, "b": 2},
        access=["ADD"],
        collection="C",
    )
    payload = await api.do(
        "updateSheet",
        "sheet { name slug description metadata access collection fields { id } }",
        id=sheet["id"],
        name="Sales",
        description=None,
        metadata={"b": None},
        access=None,
    )
    assert payload["sheet"] == {
        "name": "Sales",
        "slug": "orders",
        "description": None,
        "metadata": {"a": 1},
        "access": ["ALL"],
        "collection": "C",
        "fields": [{"id": sheet["fields"][0]["id"]}],
    }


async def test_a_change_that_changes_nothing_is_silent(api: Api) -> None:
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    before = await state(api, space)
    sheet = workbook["sheets"][0]
    fields = [{"key": "email"}, {"key": "name"}]
    await api.do("updateSheet", "sheet { id }", id=sheet["id"], name="Contacts", fields=fields)
    assert await state(api, space) == before


async def test_a_change_of_a_sheet_and_its_columns_is_one_event(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    sheet = workbook["sheets"][0]
    email, name = (field["id"] for field in sheet["fields"])
    heard = len(await api.topics())
    payload = await api.do(
        "updateSheet",
        "sheet { name fields { id key label } }",
        id=sheet["id"],
        name="People",
        fields=[{"key": "phone"}, {"key": "email", "label": "E-mail"}],
    )
    phone = payload["sheet"]["fields"][0]["id"]
    assert payload["sheet"]["fields"][1] == {"id": email, "key": "email", "label": "E-mail"}

    [event] = (await api.heard("topic payload"))[heard:]
    assert event["topic"] == "sheet:updated"
    changes = event["payload"]["changes"]
    assert {"sheetId", "workbookId", "changes"} == set(event["payload"])
    assert changes[0] == {
        "type": "config_updated",
        "details": {"field": "name", "previousValue": "Contacts", "newValue": "People"},
    }
    assert {
        change["type"]: (change["details"]["fieldId"], change["details"]["key"])
        for change in changes
        if change["type"] != "config_updated"
    } == {
        "field_added": (phone, "phone"),
        "field_updated": (email, "email"),
        "field_removed": (name, "name"),
    }
    assert {"type": "config_updated", "details": {"field": "fields", "moved": ["email"]}} in changes


async def test_locking_is_idempotent_and_tells_who_and_when(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    id = workbook["sheets"][0]["id"]
    first = await api.do("lockSheet", "sheet { lockedBy lockedAt }", id=id)
    again = await api.do("lockSheet", "sheet { lockedBy lockedAt }", id=id)
    assert first == again
    assert first["sheet"]["lockedBy"] == api.principal.key_id
    [event] = await api.heard("payload", topics=["sheet:updated"])
    details = [change["details"] for change in event["payload"]["changes"]]
    assert {detail["field"] for detail in details} == {"lockedBy", "lockedAt"}
    assert {change["type"] for change in event["payload"]["changes"]} == {"config_updated"}

    for _ in range(2):
        freed = await api.do("unlockSheet", "sheet { lockedBy lockedAt }", id=id)
        assert freed["sheet"] == {"lockedBy": None, "lockedAt": None}
    assert len(await api.heard("id", topics=["sheet:updated"])) == 2


async def test_access_is_set_on_one_sheet_alone(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    id = workbook["sheets"][0]["id"]
    payload = await api.do("setSheetAccess", "sheet { access }", id=id, access=[])
    assert payload["sheet"] == {"access": []}
    [event] = await api.heard("payload", topics=["sheet:updated"])
    assert event["payload"]["changes"] == [
        {
            "type": "config_updated",
            "details": {"field": "access", "previousValue": ["*"], "newValue": []},
        }
    ]
    refused = await api.refused("setSheetAccess", id=id, access=["ADD", "ADD"])
    assert refused == [("DUPLICATE", "access.1")]


async def test_sheets_keep_the_order_they_are_given(api: Api) -> None:
    space = await new_space(api)
    workbook = await new_workbook(api, space, a_sheet("a", "k"), a_sheet("c", "k"))
    id = workbook["id"]
    await add(api, id, "b", index=1)
    assert await slugs(api, id) == ["a", "b", "c"]

    data = await api(LIST, id=id)
    ids = [sheet["id"] for sheet in reversed(data["workbook"]["sheets"])]
    payload = await api.do("reorderSheets", "sheets { slug }", workbookId=id, ids=ids)
    assert [sheet["slug"] for sheet in payload["sheets"]] == ["c", "b", "a"]
    assert await slugs(api, id) == ["c", "b", "a"]

    before = await state(api, space)
    for wrong in (ids[:2], [*ids, ids[0]], [ids[0], ids[0], ids[1]]):
        assert await api.refused("reorderSheets", workbookId=id, ids=wrong) == [("INVALID", "ids")]
    assert await state(api, space) == before


async def test_a_copy_has_the_same_structure_and_a_name_of_its_own(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    actions = [{"operation": "go", "label": "Go"}]
    fields = [{"key": "a", "type": "NUMBER", "actions": actions}, {"key": "b"}]
    made = await add(
        api, workbook["id"], "Orders", fields=fields, actions=actions, metadata={"m": 1}
    )
    selection = (
        "metadata fields { key type actions { operation label } } actions { operation label }"
    )
    original = await api(f"query ($id: ID!) {{ sheet(id: $id) {{ {selection} }} }}", id=made["id"])

    payload = await api.do(
        "duplicateSheet", f"sheet {{ id name slug createdFrom {selection} }}", id=made["id"]
    )
    copy = payload["sheet"]
    assert copy.pop("id") != made["id"]
    assert copy.pop("name") == "Copy of Orders"
    assert copy.pop("slug").startswith("orders-copy-")
    assert copy.pop("createdFrom") == made["id"]
    assert copy == original["sheet"]

    named = {"name": "Second", "slug": "second", "index": 0, "idempotencyKey": "k"}
    payload = await api.do("duplicateSheet", "sheet { id name }", id=made["id"], **named)
    assert payload["sheet"]["name"] == "Second"
    assert payload == await api.do("duplicateSheet", "sheet { id name }", id=made["id"], **named)
    assert (await slugs(api, workbook["id"]))[0] == "second"
    assert await api.refused("duplicateSheet", id=made["id"], slug="second") == [
        ("DUPLICATE", "slug")
    ]
    assert await api.refused("duplicateSheet", id=made["id"], name="\n") == [("REQUIRED", "name")]


async def test_a_repeated_creation_makes_one_sheet(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    first = await add(api, workbook["id"], "Orders", idempotencyKey="k")
    assert await add(api, workbook["id"], "Orders", idempotencyKey="k") == first
    assert await slugs(api, workbook["id"]) == ["contacts", "orders"]


async def test_a_workbook_has_at_most_two_hundred_sheets(api: Api) -> None:
    sheets = [a_sheet(f"s{n}", "k") for n in range(200)]
    workbook = await new_workbook(api, await new_space(api), *sheets)
    refused = await api.refused("createSheet", workbookId=workbook["id"], **a_sheet("more", "k"))
    assert refused == [("LIMIT_EXCEEDED", "")]


async def test_a_key_of_another_namespace_finds_no_sheet(api: Api, gateway: Gateway) -> None:
    space = await new_space(api, namespace="red")
    workbook = await new_workbook(api, space)
    id = workbook["sheets"][0]["id"]
    green = await limited(api, gateway, namespaces=["green"])
    assert await green("query ($id: ID!) { sheet(id: $id) { id } }", id=id) == {"sheet": None}
    for mutation in ("updateSheet", "deleteSheet", "duplicateSheet", "lockSheet", "unlockSheet"):
        assert await green.refused(mutation, id=id) == [("NOT_FOUND", "id")]
    assert await green.refused("setSheetAccess", id=id, access=[]) == [("NOT_FOUND", "id")]
    in_workbook = {"workbookId": workbook["id"]}
    assert await green.refused("reorderSheets", ids=[id], **in_workbook) == [
        ("NOT_FOUND", "workbookId")
    ]
    assert await green.refused("createSheet", **in_workbook, **a_sheet("X", "k")) == [
        ("NOT_FOUND", "workbookId")
    ]
