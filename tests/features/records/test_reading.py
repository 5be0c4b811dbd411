"""Records are listed in any order, page by page, and columns are summed up."""

from typing import Any

import pytest

from features.records.sheets import insert, make_sheets, records, update
from harness import Api

SHEET = {
    "name": "Things",
    "fields": [
        {"key": "name", "constraints": [{"type": "UNIQUE"}]},
        {"key": "size", "type": "NUMBER"},
        {"key": "ready", "type": "BOOLEAN"},
        {"key": "tags", "type": "STRING_LIST"},
    ],
}
ROWS = [
    {"name": "beta", "size": 10, "ready": True, "tags": ["x", "y"]},
    {"name": "Alpha", "size": 9},
    {"name": "gamma", "size": "many"},
    {"size": -1.5, "tags": ["y"]},
    {"name": "delta", "size": 10, "ready": "no"},
    {"name": "epsilon"},
]
PAGE = """query ($id: ID!, $order: RecordOrder, $first: Int, $after: String, $last: Int,
  $before: String, $q: String) { sheet(id: $id) { records(orderBy: $order, first: $first,
  after: $after, last: $last, before: $before, selection: {q: $q}) { totalCount
  edges { node { id values } cursor } pageInfo { hasNextPage hasPreviousPage } } } }"""


@pytest.fixture
async def sheet_id(api: Api) -> str:
    sheet_id = (await make_sheets(api, SHEET))["things"]
    await insert(api, sheet_id, *ROWS)
    return sheet_id


async def walk(api: Api, sheet_id: str, size: int, *, back: bool, **rest: Any) -> list[Any]:
    """Give all names page by page, from the front or from the end."""
    found: list[Any] = []
    cursor, more = None, True
    while more:
        ends = {"last": size, "before": cursor} if back else {"first": size, "after": cursor}
        page = (await api(PAGE, id=sheet_id, **ends, **rest))["sheet"]["records"]
        names = [edge["node"]["values"].get("name") for edge in page["edges"]]
        found = names + found if back else found + names
        more = page["pageInfo"]["hasPreviousPage" if back else "hasNextPage"]
        cursor = page["edges"][0 if back else -1]["cursor"]
    return found


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (None, ["beta", "Alpha", "gamma", None, "delta", "epsilon"]),
        ({"direction": "DESC"}, ["epsilon", "delta", None, "gamma", "Alpha", "beta"]),
        ({"field": "name"}, ["Alpha", "beta", "delta", "epsilon", "gamma", None]),
        (
            {"field": "name", "direction": "DESC"},
            ["gamma", "epsilon", "delta", "beta", "Alpha", None],
        ),
        ({"field": "size"}, [None, "Alpha", "beta", "delta", "gamma", "epsilon"]),
        (
            {"field": "size", "direction": "DESC"},
            ["delta", "beta", "Alpha", None, "epsilon", "gamma"],
        ),
        ({"field": "ready"}, ["delta", "beta", "Alpha", "gamma", None, "epsilon"]),
    ],
)
async def test_lists_are_sorted_with_empty_cells_last(
    api: Api, sheet_id: str, order: Any, names: list[Any]
) -> None:
    for size in (1, 2, 5, 100):
        for back in (False, True):
            assert names == await walk(api, sheet_id, size, back=back, order=order), (size, back)


async def test_a_sorted_list_can_be_narrowed_and_counted(api: Api, sheet_id: str) -> None:
    page = (await api(PAGE, id=sheet_id, order={"field": "name"}, q="size gte 9", first=1))["sheet"]
    assert 3 == page["records"]["totalCount"]
    assert ["Alpha", "beta", "delta"] == await walk(
        api, sheet_id, 2, back=False, order={"field": "name"}, q="size gte 9"
    )


async def refusal(api: Api, **variables: Any) -> Any:
    result = await api.run(PAGE, **variables)
    [error] = result.errors or []
    return (error.extensions or {})["code"], error.message


async def test_what_cannot_be_asked_is_told(api: Api, sheet_id: str) -> None:
    for variables in (
        {"order": {"field": "nope"}},
        {"q": "size gtt 4"},
        {"q": "nope eq 4"},
        {"first": 1001},
        {"after": "nonsense"},
    ):
        code, message = await refusal(api, id=sheet_id, **variables)
        assert "BAD_USER_INPUT" == code
        assert message
    page = (await api(PAGE, id=sheet_id, order={"field": "name"}, first=1))["sheet"]["records"]
    code, _ = await refusal(
        api, id=sheet_id, order={"field": "size"}, after=page["edges"][0]["cursor"]
    )
    assert "BAD_USER_INPUT" == code


async def test_a_record_is_found_by_its_id(api: Api, sheet_id: str) -> None:
    [first, *_] = await records(api, sheet_id)
    document = """query ($id: ID!) { record(id: $id) { id sheet { id } }
      node(id: $id) { __typename id } }"""
    found = await api(document, id=first["id"])
    assert {"id": first["id"], "sheet": {"id": sheet_id}} == found["record"]
    assert {"__typename": "Record", "id": first["id"]} == found["node"]
    nothing = await api(document, id=first["id"][:-1] + "z")
    assert {"record": None, "node": None} == nothing


async def test_a_column_tells_its_values(api: Api, sheet_id: str) -> None:
    document = """query ($id: ID!, $field: String!) { sheet(id: $id) {
      distinctValues(field: $field) { value count } } }"""
    asked = {
        field: (await api(document, id=sheet_id, field=field))["sheet"]["distinctValues"]
        for field in ("size", "ready", "tags")
    }
    found = {
        field: [(item["value"], item["count"]) for item in items] for field, items in asked.items()
    }
    assert [(10, 2), (-1.5, 1), (9, 1)] == found["size"]
    assert [(False, 1), (True, 1)] == found["ready"]
    assert [("y", 2), ("x", 1)] == found["tags"]


async def test_a_column_is_summed_up(api: Api, sheet_id: str) -> None:
    [first, *_] = await records(api, sheet_id)
    await update(api, sheet_id, {"id": first["id"], "values": {"size": 11}})
    document = """query ($id: ID!, $field: String!, $selection: RecordSelection) { sheet(id: $id) {
      calculations(field: $field, selection: $selection) {
        count empty nonEmpty changed sum average min max } } }"""
    found = (await api(document, id=sheet_id, field="size"))["sheet"]["calculations"]
    assert {"count": 6, "empty": 1, "nonEmpty": 5, "changed": 1} == {
        name: found[name] for name in ("count", "empty", "nonEmpty", "changed")
    }
    assert (28.5, 7.125, -1.5, 11) == tuple(found[n] for n in ("sum", "average", "min", "max"))
    chosen = {"q": "ready eq no or ready eq false"}
    found = (await api(document, id=sheet_id, field="name", selection=chosen))["sheet"]
    assert ("delta", None) == (found["calculations"]["max"], found["calculations"]["sum"])


async def test_messages_are_counted_by_field(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"name": "beta"}, {"size": "x", "ready": "maybe"})
    document = """query ($id: ID!, $selection: RecordSelection) { sheet(id: $id) {
      messageCounts(selection: $selection) { field level count } } }"""
    found = (await api(document, id=sheet_id))["sheet"]["messageCounts"]
    assert [("name", "ERROR", 2), ("size", "ERROR", 2), ("ready", "ERROR", 1)] == [
        (item["field"], item["level"], item["count"]) for item in found
    ]
    found = (await api(document, id=sheet_id, selection={"q": "size eq x"}))["sheet"]
    assert ["size", "ready"] == [item["field"] for item in found["messageCounts"]]


async def test_a_sheet_without_records_has_none(api: Api) -> None:
    sheet_id = (await make_sheets(api, SHEET))["things"]
    assert [] == await walk_or_none(api, sheet_id)


async def walk_or_none(api: Api, sheet_id: str) -> list[Any]:
    page = (await api(PAGE, id=sheet_id, order={"field": "name"}))["sheet"]["records"]
    assert 0 == page["totalCount"]
    return list(page["edges"])
