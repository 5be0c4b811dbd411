"""Workbooks through the API."""

from typing import Any

import pytest

from features.structure import a_sheet, limited, new_space, new_workbook, state
from gqlspaces.app import Gateway
from harness import Api

LIST = "query ($id: ID!) { space(id: $id) { primaryWorkbookId workbooks { id name } } }"


async def names(api: Api, space: str) -> list[str]:
    data = await api(LIST, id=space)
    return [workbook["name"] for workbook in data["space"]["workbooks"]]


async def test_every_attribute_of_a_workbook_comes_back_as_it_was_sent(api: Api) -> None:
    space = await new_space(api)
    sent = {
        "name": "Customers",
        "namespace": "staging",
        "labels": ["pinned"],
        "settings": {
            "trackChanges": True,
            "noMappingRedirect": True,
            "sheetSidebarOrder": ["sh_1"],
            "autoRunAnalysis": False,
        },
        "metadata": {"a": [1, None]},
        "treatments": ["SMALL_DATA"],
        "storageStrategy": "DUCKDB",
        "folder": "Old",
    }
    selection = (
        "name namespace labels metadata treatments storageStrategy folder "
        "settings { trackChanges noMappingRedirect sheetSidebarOrder autoRunAnalysis }"
    )
    actions = [{"operation": "download", "label": "Download"}]
    payload = await api.do(
        "createWorkbook",
        f"workbook {{ id {selection} space {{ id }} actions {{ operation }} }}",
        spaceId=space,
        actions=actions,
        **sent,
    )
    made = payload["workbook"]
    id = made.pop("id")
    assert made == sent | {"space": {"id": space}, "actions": [{"operation": "download"}]}
    read = await api(f"query ($id: ID!) {{ workbook(id: $id) {{ {selection} }} }}", id=id)
    assert read["workbook"] == sent


async def test_an_unknown_workbook_is_null(api: Api) -> None:
    query = "query ($id: ID!) { workbook(id: $id) { id } }"
    assert await api(query, id="wb_00000000000000000000000000") == {"workbook": None}


async def test_a_new_workbook_is_announced_with_the_number_of_its_sheets(api: Api) -> None:
    space = await new_space(api, namespace="red")
    sheets = (a_sheet("A", "k"), a_sheet("B", "k"))
    workbook = await new_workbook(api, space, *sheets, namespace="staging")

    events = await api.heard("topic namespaces payload context", spaceId=space)
    about = [event for event in events if event["topic"] != "space:created"]
    assert [event["topic"] for event in about] == [
        "workbook:created",
        "sheet:created",
        "sheet:created",
    ]
    assert about[0]["payload"] == {
        "workbookId": workbook["id"],
        "spaceId": space,
        "name": "Customers",
        "namespace": "staging",
        "sheetCount": 2,
    }
    assert about[0]["context"]["workbookId"] == workbook["id"]
    assert about[0]["context"]["slugs"] == {"space": "acme", "workbook": "customers"}
    for event in about:
        assert event["namespaces"] == ["space:red", "workbook:staging"]


async def test_a_change_merges_settings_and_metadata(api: Api) -> None:
    space = await new_space(api)
    workbook = await new_workbook(
        api, space, metadata={"a": 1, "b": {"c": 2}}, settings={"trackChanges": True}, folder="F"
    )
    payload = await api.do(
        "updateWorkbook",
        "workbook { name folder metadata settings { trackChanges autoRunAnalysis } }",
        id=workbook["id"],
        metadata={"a": None, "b": {"d": 3}},
        settings={"autoRunAnalysis": False},
        folder=None,
    )
    assert payload["workbook"] == {
        "name": "Customers",
        "folder": None,
        "metadata": {"b": {"c": 2, "d": 3}},
        "settings": {"trackChanges": True, "autoRunAnalysis": False},
    }


async def test_a_change_is_announced_attribute_by_attribute(api: Api) -> None:
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    await api.do(
        "updateWorkbook", "workbook { id }", id=workbook["id"], name="Clients", labels=["pinned"]
    )
    [event] = await api.heard("payload", topics=["workbook:updated"])
    assert event["payload"] == {
        "workbookId": workbook["id"],
        "spaceId": space,
        "changes": [
            {
                "type": "config_updated",
                "details": {"field": "name", "previousValue": "Customers", "newValue": "Clients"},
            },
            {
                "type": "config_updated",
                "details": {"field": "labels", "previousValue": [], "newValue": ["pinned"]},
            },
        ],
    }


async def test_a_change_that_changes_nothing_is_silent(api: Api) -> None:
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    before = await state(api, space)
    await api.do("updateWorkbook", "workbook { id }", id=workbook["id"], name="Customers")
    assert await state(api, space) == before


async def test_names_are_unique_in_their_space(api: Api) -> None:
    space = await new_space(api)
    await new_workbook(api, space, name="First")
    second = await new_workbook(api, space, name="Second")
    await new_workbook(api, await new_space(api), name="First")
    before = await state(api, space)
    assert await api.refused("createWorkbook", spaceId=space, name="First") == [
        ("DUPLICATE", "name")
    ]
    assert await api.refused("updateWorkbook", id=second["id"], name="First") == [
        ("DUPLICATE", "name")
    ]
    assert await state(api, space) == before


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"id": "wb_00000000000000000000000000"}, ("NOT_FOUND", "id")),
        ({"name": None}, ("REQUIRED", "name")),
        ({"name": ""}, ("REQUIRED", "name")),
        ({"name": "x" * 256}, ("TOO_LONG", "name")),
        ({"namespace": "Red"}, ("INVALID", "namespace")),
        ({"labels": ["a", "a"]}, ("DUPLICATE", "labels.1")),
        ({"metadata": [1]}, ("INVALID", "metadata")),
        ({"actions": [{"operation": "", "label": "A"}]}, ("REQUIRED", "actions.0.operation")),
    ],
)
async def test_bad_input_is_refused_with_code_and_path(
    api: Api, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    before = await state(api, space)
    assert await api.refused("updateWorkbook", **{"id": workbook["id"]} | wrong) == [expected]
    assert await state(api, space) == before


async def test_a_deleted_workbook_takes_everything_along_and_only_it_is_announced(
    api: Api,
) -> None:
    space = await new_space(api)
    actions = [{"operation": "a", "label": "A"}]
    workbook = await new_workbook(api, space, a_sheet("S", "k", actions=actions), actions=actions)
    heard = len(await api.topics())
    payload = await api.do("deleteWorkbook", "deletedId", id=workbook["id"])
    assert payload["deletedId"] == workbook["id"]

    [event] = (await api.heard("topic payload context"))[heard:]
    assert event["topic"] == "workbook:deleted"
    assert event["payload"] == {"workbookId": workbook["id"], "spaceId": space}
    assert event["context"]["slugs"]["workbook"] == "customers"
    sheet = workbook["sheets"][0]
    ids = [workbook["id"], sheet["id"], sheet["fields"][0]["id"]]
    data = await api("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert data["nodes"] == [None, None, None]


async def test_a_space_forgets_a_deleted_primary_workbook(api: Api) -> None:
    space = await new_space(api)
    primary, other = [(await new_workbook(api, space, name=name))["id"] for name in ("P", "O")]
    await api.do("updateSpace", "space { id }", id=space, primaryWorkbookId=primary)
    await api.do("deleteWorkbook", "deletedId", id=other)
    assert (await api(LIST, id=space))["space"]["primaryWorkbookId"] == primary
    await api.do("deleteWorkbook", "deletedId", id=primary)
    assert (await api(LIST, id=space))["space"]["primaryWorkbookId"] is None


async def test_workbooks_keep_the_order_they_are_given(api: Api) -> None:
    space = await new_space(api)
    made = {name: (await new_workbook(api, space, name=name))["id"] for name in ("a", "c")}
    made["b"] = (await new_workbook(api, space, name="b", index=1))["id"]
    assert await names(api, space) == ["a", "b", "c"]

    ids = [made[name] for name in ("c", "a", "b")]
    await api.do("reorderWorkbooks", "workbooks { id }", spaceId=space, ids=ids)
    assert await names(api, space) == ["c", "a", "b"]

    before = await state(api, space)
    for wrong in (ids[:2], [*ids, ids[0]], [ids[0], ids[0], ids[1]]):
        refused = await api.refused("reorderWorkbooks", spaceId=space, ids=wrong)
        assert refused == [("INVALID", "ids")]
    assert await state(api, space) == before


async def test_a_key_of_another_namespace_finds_no_workbook(api: Api, gateway: Gateway) -> None:
    space = await new_space(api, namespace="red")
    id = (await new_workbook(api, space))["id"]
    green = await limited(api, gateway, namespaces=["green"])
    read = await green("query ($id: ID!) { workbook(id: $id) { id } }", id=id)
    assert read == {"workbook": None}
    assert await green.refused("updateWorkbook", id=id, name="X") == [("NOT_FOUND", "id")]
    assert await green.refused("deleteWorkbook", id=id) == [("NOT_FOUND", "id")]
    assert await green.refused("reorderWorkbooks", spaceId=space, ids=[id]) == [
        ("NOT_FOUND", "spaceId")
    ]
