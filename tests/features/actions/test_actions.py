"""Actions through the API."""

from typing import Any

import pytest

from features.structure import limited, new_space, new_workbook, state
from gqlspaces.app import Gateway
from harness import Api

LIST = "query ($id: ID!) { space(id: $id) { actions { id operation } } }"


async def targets(api: Api) -> dict[str, str]:
    """Make a Space with everything a button can be on."""
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    [sheet] = workbook["sheets"]
    made = await api.do("createDocument", "document { id }", spaceId=space, title="T", body="B")
    return {
        "space": space,
        "workbook": workbook["id"],
        "sheet": sheet["id"],
        "field": sheet["fields"][0]["id"],
        "document": made["document"]["id"],
    }


async def add(api: Api, target: str, operation: str, **more: Any) -> Any:
    payload = await api.do(
        "createAction",
        "action { id targetId operation label mode confirm primary }",
        **{"targetId": target, "operation": operation, "label": operation.title()} | more,
    )
    return payload["action"]


async def operations(api: Api, space: str) -> list[str]:
    data = await api(LIST, id=space)
    return [action["operation"] for action in data["space"]["actions"]]


@pytest.mark.parametrize("kind", ["space", "workbook", "sheet", "field", "document"])
async def test_a_button_can_be_on_every_level(api: Api, kind: str) -> None:
    ids = await targets(api)
    action = await add(api, ids[kind], "submit", description="Sure?")

    assert action == {
        "id": action["id"],
        "targetId": ids[kind],
        "operation": "submit",
        "label": "Submit",
        "mode": "BACKGROUND",
        "confirm": True,
        "primary": False,
    }
    type_name = kind.capitalize()
    data = await api(
        f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_name} {{ actions {{ id }} }} }} }}",
        id=ids[kind],
    )
    assert data["node"]["actions"] == [{"id": action["id"]}]
    [event] = await api.heard("payload context", topics=["action:created"])
    assert event["payload"] == {
        "actionId": action["id"],
        "name": "submit",
        "label": "Submit",
        "description": "Sure?",
        "type": kind,
    }
    assert event["context"]["spaceId"] == ids["space"]
    assert event["context"]["actionId"] == action["id"]
    has_sheet = kind in {"sheet", "field"}
    assert event["context"].get("sheetId") == (ids["sheet"] if has_sheet else None)
    assert ("workbookId" in event["context"]) == (kind in {"workbook", "sheet", "field"})


async def test_every_attribute_of_a_button_comes_back_as_it_was_sent(api: Api) -> None:
    space = await new_space(api)
    sent = {
        "operation": "contacts:submit",
        "label": "Submit",
        "mode": "TOOLBAR_BLOCKING",
        "primary": True,
        "confirm": False,
        "description": "Sure?",
        "tooltip": "Sends it.",
        "icon": "none",
        "messages": [{"type": "ERROR", "content": "Not yet."}],
        "constraints": [{"type": "HAS_ALL_VALID", "ignoreSelection": True}],
        "schedule": "DAILY",
        "inputForm": {
            "type": "SIMPLE",
            "fields": [
                {
                    "key": "colour",
                    "label": "Colour",
                    "type": "ENUM",
                    "config": {"options": [{"value": "red"}]},
                    "constraints": [{"type": "REQUIRED"}],
                }
            ],
        },
        "mount": {"type": "SHEET", "slugs": ["contacts"]},
        "guide": {"content": "# How"},
        "guardrail": {"content": "Careful."},
        "invalidConditionalMessaging": True,
        "validRecordsMessage": "Good.",
        "invalidRecordsMessage": "Bad.",
    }
    selection = """
        operation label mode primary confirm description tooltip icon schedule
        messages { type content } constraints { type ignoreSelection }
        inputForm {
          type fields { key label type config { options { value } } constraints { type } }
        }
        mount { type slugs } guide { content } guardrail { content }
        invalidConditionalMessaging validRecordsMessage invalidRecordsMessage
    """
    payload = await api.do("createAction", f"action {{ id {selection} }}", targetId=space, **sent)
    id = payload["action"].pop("id")
    assert payload["action"] == sent

    read = await api(
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Action {{ {selection} }} }} }}", id=id
    )
    assert read["node"] == sent


async def test_an_unknown_target_is_not_found(api: Api) -> None:
    space = await new_space(api)
    action = await add(api, space, "submit")
    before = await state(api, space)

    for target in ("sp_00000000000000000000000000", action["id"], "nonsense", ""):
        refused = await api.refused("createAction", targetId=target, operation="x", label="X")
        assert refused == [("NOT_FOUND", "targetId")]
    assert await state(api, space) == before


async def test_an_operation_is_unique_on_its_target(api: Api) -> None:
    ids = await targets(api)
    await add(api, ids["space"], "submit")
    await add(api, ids["workbook"], "submit")
    other = await add(api, ids["space"], "download")
    before = await state(api, ids["space"])

    again = {"operation": "submit", "label": "Again"}
    assert await api.refused("createAction", targetId=ids["space"], **again) == [
        ("DUPLICATE", "operation")
    ]
    assert await api.refused("updateAction", id=other["id"], operation="submit") == [
        ("DUPLICATE", "operation")
    ]
    assert await state(api, ids["space"]) == before


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"label": ""}, ("REQUIRED", "label")),
        ({"label": "x" * 256}, ("TOO_LONG", "label")),
        ({"operation": "two words"}, ("INVALID", "operation")),
        ({"messages": [{"content": ""}]}, ("REQUIRED", "messages.0.content")),
        ({"mount": {"type": "FILE", "slugs": ["a"]}}, ("INVALID", "mount.slugs")),
        ({"inputForm": {"fields": []}}, ("REQUIRED", "inputForm.fields")),
        ({"index": 1}, ("INVALID", "index")),
        ({"index": -1}, ("INVALID", "index")),
    ],
)
async def test_bad_input_is_refused_with_code_and_path(
    api: Api, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    space = await new_space(api)
    before = await state(api, space)
    input = {"targetId": space, "operation": "submit", "label": "Submit"} | wrong
    assert await api.refused("createAction", **input) == [expected]
    assert await state(api, space) == before


async def test_buttons_keep_the_order_they_are_given(api: Api) -> None:
    space = await new_space(api)
    made = {name: (await add(api, space, name))["id"] for name in ("a", "c")}
    made["b"] = (await add(api, space, "b", index=1))["id"]
    made["0"] = (await add(api, space, "0", index=0))["id"]
    assert await operations(api, space) == ["0", "a", "b", "c"]

    ids = [made[name] for name in ("c", "0", "b", "a")]
    payload = await api.do("reorderActions", "actions { operation }", targetId=space, ids=ids)
    assert [action["operation"] for action in payload["actions"]] == ["c", "0", "b", "a"]
    assert await operations(api, space) == ["c", "0", "b", "a"]


async def test_a_new_order_must_name_every_button_once(api: Api) -> None:
    space = await new_space(api)
    first, second = [(await add(api, space, name))["id"] for name in ("a", "b")]
    before = await state(api, space)
    for ids in ([first], [first, first], [first, second, second], [first, space], []):
        assert await api.refused("reorderActions", targetId=space, ids=ids) == [("INVALID", "ids")]
    assert await state(api, space) == before


async def test_a_change_leaves_what_is_absent_and_clears_what_is_null(api: Api) -> None:
    space = await new_space(api)
    action = await add(api, space, "submit", description="Sure?", tooltip="Tip", primary=True)
    payload = await api.do(
        "updateAction",
        "action { label description tooltip primary }",
        id=action["id"],
        label="Send",
        tooltip=None,
    )
    assert payload["action"] == {
        "label": "Send",
        "description": "Sure?",
        "tooltip": None,
        "primary": True,
    }
    [event] = await api.heard("payload", topics=["action:updated"])
    assert event["payload"] == {
        "actionId": action["id"],
        "name": "submit",
        "label": "Send",
        "description": "Sure?",
        "type": "space",
        "changes": [
            {"field": "label", "previousValue": "Submit", "newValue": "Send"},
            {"field": "tooltip", "previousValue": "Tip", "newValue": None},
        ],
    }


async def test_what_must_be_there_cannot_be_cleared(api: Api) -> None:
    space = await new_space(api)
    action = await add(api, space, "submit")
    assert await api.refused("updateAction", id=action["id"], label=None) == [("REQUIRED", "label")]


async def test_a_change_that_changes_nothing_is_silent(api: Api) -> None:
    space = await new_space(api)
    action = await add(api, space, "submit")
    before = await state(api, space)
    await api.do("updateAction", "action { id }", id=action["id"], label="Submit")
    assert await state(api, space) == before


async def test_a_removed_button_is_announced_and_gone(api: Api) -> None:
    space = await new_space(api)
    action = await add(api, space, "submit")
    payload = await api.do("deleteAction", "deletedId", id=action["id"])
    assert payload["deletedId"] == action["id"]
    assert await operations(api, space) == []
    [event] = await api.heard("payload", topics=["action:deleted"])
    assert event["payload"] == {"actionId": action["id"], "name": "submit"}
    assert await api.refused("deleteAction", id=action["id"]) == [("NOT_FOUND", "id")]
    assert await api.refused("updateAction", id=action["id"]) == [("NOT_FOUND", "id")]


async def test_a_button_goes_with_what_it_is_on_without_a_word(api: Api) -> None:
    ids = await targets(api)
    action = await add(api, ids["document"], "submit")
    await api.do("deleteDocument", "deletedId", id=ids["document"])
    data = await api("query ($id: ID!) { node(id: $id) { id } }", id=action["id"])
    assert data["node"] is None
    assert "action:deleted" not in await api.topics()


async def test_a_repeated_creation_makes_one_button(api: Api) -> None:
    space = await new_space(api)
    first = await add(api, space, "submit", idempotencyKey="k")
    assert await add(api, space, "submit", idempotencyKey="k") == first
    assert await operations(api, space) == ["submit"]
    refused = await api.refused(
        "createAction", targetId=space, operation="other", label="O", idempotencyKey="k"
    )
    assert refused == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


async def test_there_are_at_most_a_hundred_buttons_on_a_target(api: Api) -> None:
    space = await new_space(api)
    actions = [{"operation": f"o{n}", "label": "L"} for n in range(100)]
    await api.do("updateSpace", "space { id }", id=space, actions=actions)
    refused = await api.refused("createAction", targetId=space, operation="more", label="L")
    assert refused == [("LIMIT_EXCEEDED", "")]


async def test_a_list_of_buttons_changes_them_in_place(api: Api) -> None:
    space = await new_space(api)
    kept, gone = [(await add(api, space, name))["id"] for name in ("kept", "gone")]
    actions = [{"operation": "new", "label": "New"}, {"operation": "kept", "label": "Kept!"}]
    await api.do("updateSpace", "space { id }", id=space, actions=actions)
    data = await api(LIST, id=space)
    assert [action["operation"] for action in data["space"]["actions"]] == ["new", "kept"]
    ids = [action["id"] for action in data["space"]["actions"]]
    assert ids[1] == kept
    assert gone not in ids


async def test_a_key_of_another_namespace_finds_no_button(api: Api, gateway: Gateway) -> None:
    space = await new_space(api, namespace="red")
    action = await add(api, space, "submit")
    green = await limited(api, gateway, namespaces=["green"])
    submit = {"operation": "x", "label": "X"}
    assert await green.refused("createAction", targetId=space, **submit) == [
        ("NOT_FOUND", "targetId")
    ]
    assert await green.refused("updateAction", id=action["id"], label="X") == [("NOT_FOUND", "id")]
    assert await green.refused("deleteAction", id=action["id"]) == [("NOT_FOUND", "id")]
    reorder = {"targetId": space, "ids": [action["id"]]}
    assert await green.refused("reorderActions", **reorder) == [("NOT_FOUND", "targetId")]


async def test_a_key_without_the_scope_changes_nothing(api: Api, gateway: Gateway) -> None:
    space = await new_space(api)
    reader = await limited(api, gateway, scopes=["SPACE_READ"])
    submit = {"operation": "x", "label": "X"}
    assert await reader.refused("createAction", targetId=space, **submit) == [("FORBIDDEN", "")]
