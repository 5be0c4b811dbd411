"""Fields through the API."""

from typing import Any

import pytest

from features.structure import a_sheet, limited, new_space, new_workbook, state
from gqlspaces.app import Gateway
from harness import Api


async def new_sheet(api: Api, *keys: str, **more: Any) -> tuple[str, Any]:
    """Make a Sheet in a Space of its own; give the Space's id and the Sheet."""
    space = await new_space(api)
    workbook = await new_workbook(api, space, a_sheet("Contacts", *(keys or ("email",)), **more))
    return space, workbook["sheets"][0]


async def keys(api: Api, sheet: str) -> list[str]:
    data = await api("query ($id: ID!) { sheet(id: $id) { fields { key } } }", id=sheet)
    return [field["key"] for field in data["sheet"]["fields"]]


async def test_every_attribute_of_a_field_comes_back_as_it_was_sent(api: Api) -> None:
    _space, sheet = await new_sheet(api)
    sent = {
        "key": "colour",
        "type": "ENUM_LIST",
        "label": "Colour",
        "description": "Of the *car*.",
        "constraints": [
            {"type": "REQUIRED", "message": "Which?", "level": "WARN"},
            {"type": "UNIQUE", "message": None, "level": None},
        ],
        "readonly": True,
        "appearance": {"size": "XL"},
        "config": {"options": [{"value": "red"}, {"value": 1}, {"value": True}]},
        "alternativeNames": ["color"],
        "treatments": ["t"],
        "metadata": {"a": 1},
    }
    selection = (
        "key type label description constraints { type message level } readonly "
        "appearance { size } config alternativeNames treatments metadata"
    )
    payload = await api.do(
        "createField",
        f"field {{ id {selection} sheet {{ id }} actions {{ operation }} }}",
        sheetId=sheet["id"],
        actions=[{"operation": "a", "label": "A"}],
        **sent,
    )
    made = payload["field"]
    id = made.pop("id")
    assert made == sent | {"sheet": {"id": sheet["id"]}, "actions": [{"operation": "a"}]}
    read = await api(
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Field {{ {selection} }} }} }}", id=id
    )
    assert read["node"] == sent


async def test_a_field_without_a_label_shows_its_key(api: Api) -> None:
    _space, sheet = await new_sheet(api)
    made = await api.do("createField", "field { type label config }", sheetId=sheet["id"], key="k")
    assert made["field"] == {"type": "STRING", "label": "k", "config": {}}


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("STRING", {"size": "tiny"}),
        ("NUMBER", {"decimalPlaces": 2}),
        ("BOOLEAN", {"allowIndeterminate": True}),
        ("DATE", {}),
        ("ENUM", {"options": [{"value": "a", "ordinal": 1}], "sortBy": "ordinal"}),
        ("ENUM_LIST", {"options": [{"value": "a"}], "allowCustom": True}),
        ("STRING_LIST", {}),
        ("REFERENCE", {"ref": "contacts", "key": "email", "relationship": "has-one"}),
        (
            "REFERENCE_LIST",
            {
                "ref": "contacts",
                "key": "email",
                "filter": {"refField": "email", "recordField": "email"},
            },
        ),
    ],
)
async def test_each_type_has_its_settings(api: Api, kind: str, config: dict[str, Any]) -> None:
    _space, sheet = await new_sheet(api)
    made = await api.do(
        "createField",
        "field { type config }",
        sheetId=sheet["id"],
        key="k",
        type=kind,
        config=config,
    )
    assert made["field"] == {"type": kind, "config": config}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"sheetId": "sh_00000000000000000000000000"}, ("NOT_FOUND", "sheetId")),
        ({"key": ""}, ("REQUIRED", "key")),
        ({"key": "x" * 256}, ("TOO_LONG", "key")),
        ({"key": "email"}, ("DUPLICATE", "key")),
        ({"type": "STRING", "config": {"size": "huge"}}, ("INVALID", "config.size")),
        ({"type": "NUMBER", "config": {"size": "tiny"}}, ("INVALID", "config.size")),
        (
            {"type": "ENUM", "config": {"options": [{"value": n} for n in range(101)]}},
            ("TOO_LONG", "config.options"),
        ),
        (
            {"constraints": [{"type": "EXTERNAL", "validator": f"v{n}"} for n in range(11)]},
            ("TOO_LONG", "constraints"),
        ),
        (
            {"constraints": [{"type": "STORED", "validator": "v"}] * 2},
            ("DUPLICATE", "constraints.1.type"),
        ),
        ({"type": "REFERENCE", "config": {"ref": "x"}}, ("INVALID", "config.ref")),
        ({"index": 5}, ("INVALID", "index")),
    ],
)
async def test_bad_input_is_refused_with_code_and_path(
    api: Api, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    space, sheet = await new_sheet(api)
    before = await state(api, space)
    assert await api.refused("createField", **{"sheetId": sheet["id"], "key": "k"} | wrong) == [
        expected
    ]
    assert await state(api, space) == before


async def test_a_sheet_has_at_most_a_thousand_fields(api: Api) -> None:
    _space, sheet = await new_sheet(api, *(f"k{n}" for n in range(1000)))
    assert await api.refused("createField", sheetId=sheet["id"], key="more") == [
        ("LIMIT_EXCEEDED", "")
    ]


async def test_a_change_leaves_what_is_absent_and_clears_what_is_null(api: Api) -> None:
    _space, sheet = await new_sheet(api)
    made = await api.do(
        "createField",
        "field { id }",
        sheetId=sheet["id"],
        key="k",
        label="Label",
        description="D",
        readonly=True,
        metadata={"a": 1},
        config={"size": "tiny"},
    )
    payload = await api.do(
        "updateField",
        "field { key label description readonly metadata config }",
        id=made["field"]["id"],
        label=None,
        description="New",
        metadata={"b": 2},
    )
    assert payload["field"] == {
        "key": "k",
        "label": "k",
        "description": "New",
        "readonly": True,
        "metadata": {"a": 1, "b": 2},
        "config": {"size": "tiny"},
    }


async def test_a_change_of_type_asks_for_fitting_settings(api: Api) -> None:
    space, sheet = await new_sheet(api)
    id = sheet["fields"][0]["id"]
    before = await state(api, space)
    assert await api.refused("updateField", id=id, type="ENUM") == [("REQUIRED", "config.options")]
    assert await state(api, space) == before
    config = {"options": [{"value": "a"}]}
    payload = await api.do(
        "updateField", "field { type config }", id=id, type="ENUM", config=config
    )
    assert payload["field"] == {"type": "ENUM", "config": config}


async def test_a_change_is_announced_by_the_sheet(api: Api) -> None:
    _space, sheet = await new_sheet(api)
    field = sheet["fields"][0]["id"]
    heard = len(await api.topics())
    await api.do("updateField", "field { id }", id=field, label="E-mail")
    added = await api.do("createField", "field { id }", sheetId=sheet["id"], key="phone")
    await api.do("deleteField", "deletedId", id=field)

    events = (await api.heard("topic payload context"))[heard:]
    assert [event["topic"] for event in events] == ["sheet:updated"] * 3
    assert {event["context"]["sheetId"] for event in events} == {sheet["id"]}
    changes = [event["payload"]["changes"] for event in events]
    label = {"field": "label", "previousValue": None, "newValue": "E-mail"}
    email = {"fieldId": field, "key": "email", "type": "string"}
    phone = {"fieldId": added["field"]["id"], "key": "phone", "type": "string"}
    assert changes == [
        [{"type": "field_updated", "details": email | {"changes": [label]}}],
        [{"type": "field_added", "details": phone}],
        [{"type": "field_removed", "details": email}],
    ]


async def test_a_key_is_unique_in_its_sheet(api: Api) -> None:
    space, sheet = await new_sheet(api, "a", "b")
    before = await state(api, space)
    refused = await api.refused("updateField", id=sheet["fields"][0]["id"], key="b")
    assert refused == [("DUPLICATE", "key")]
    assert await state(api, space) == before


async def test_the_last_field_of_a_sheet_stays(api: Api) -> None:
    space, sheet = await new_sheet(api)
    before = await state(api, space)
    refused = await api.refused("deleteField", id=sheet["fields"][0]["id"])
    assert refused == [("CONFLICT", "id")]
    assert await state(api, space) == before


async def test_a_field_that_a_rule_of_the_sheet_reads_stays(api: Api) -> None:
    rule = {"type": "UNIQUE", "name": "once", "fields": ["a"], "strategy": "CONCAT"}
    space, sheet = await new_sheet(api, "a", "b", constraints=[rule])
    id = sheet["fields"][0]["id"]
    before = await state(api, space)
    assert await api.refused("deleteField", id=id) == [("CONFLICT", "id")]
    assert await api.refused("updateField", id=id, key="c") == [("CONFLICT", "key")]
    assert await state(api, space) == before


async def test_fields_keep_the_order_they_are_given(api: Api) -> None:
    space, sheet = await new_sheet(api, "a", "c", "d")
    await api.do("createField", "field { id }", sheetId=sheet["id"], key="b", index=1)
    assert await keys(api, sheet["id"]) == ["a", "b", "c", "d"]

    data = await api("query ($id: ID!) { sheet(id: $id) { fields { id } } }", id=sheet["id"])
    ids = [field["id"] for field in reversed(data["sheet"]["fields"])]
    payload = await api.do("reorderFields", "fields { key }", sheetId=sheet["id"], ids=ids)
    assert [field["key"] for field in payload["fields"]] == ["d", "c", "b", "a"]
    assert await keys(api, sheet["id"]) == ["d", "c", "b", "a"]
    events = await api.heard("payload", topics=["sheet:updated"])
    assert [change["type"] for change in events[-1]["payload"]["changes"]] == ["config_updated"]

    before = await state(api, space)
    for wrong in (ids[1:], [*ids, ids[0]], [ids[0]] * 4):
        refused = await api.refused("reorderFields", sheetId=sheet["id"], ids=wrong)
        assert refused == [("INVALID", "ids")]
    assert await state(api, space) == before


async def test_a_repeated_creation_makes_one_field(api: Api) -> None:
    _space, sheet = await new_sheet(api)
    input = {"sheetId": sheet["id"], "key": "phone", "idempotencyKey": "k"}
    first = await api.do("createField", "field { id key }", **input)
    assert await api.do("createField", "field { id key }", **input) == first
    assert await keys(api, sheet["id"]) == ["email", "phone"]


async def test_a_key_of_another_namespace_finds_no_field(api: Api, gateway: Gateway) -> None:
    space = await new_space(api, namespace="red")
    sheet = (await new_workbook(api, space))["sheets"][0]
    id = sheet["fields"][0]["id"]
    green = await limited(api, gateway, namespaces=["green"])
    assert await green.refused("updateField", id=id, label="X") == [("NOT_FOUND", "id")]
    assert await green.refused("deleteField", id=id) == [("NOT_FOUND", "id")]
    of_sheet = {"sheetId": sheet["id"]}
    assert await green.refused("createField", key="k", **of_sheet) == [("NOT_FOUND", "sheetId")]
    assert await green.refused("reorderFields", ids=[id], **of_sheet) == [("NOT_FOUND", "sheetId")]
