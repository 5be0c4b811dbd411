"""Lists of Spaces: filters, orders, and pages that stay where they are."""

from typing import Any

from features.structure import limited, new_space
from gqlspaces.app import Gateway
from harness import Api

PAGE = """
  query ($filter: SpaceFilter, $search: String, $orderBy: SpaceOrder,
         $first: Int, $after: String, $last: Int, $before: String) {
    spaces(filter: $filter, search: $search, orderBy: $orderBy,
           first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { name } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      totalCount
    }
  }
"""
ORDERS: list[dict[str, str] | None] = [
    None,
    {"field": "NAME"},
    {"field": "NAME", "direction": "DESC"},
    {"field": "CREATED_AT", "direction": "ASC"},
    {"field": "UPDATED_AT", "direction": "DESC"},
    {"field": "LAST_ACTIVITY_AT"},
]


async def page(api: Api, **arguments: Any) -> Any:
    return (await api(PAGE, **arguments))["spaces"]


def names(found: Any) -> list[str]:
    return [edge["node"]["name"] for edge in found["edges"]]


def codes(result: Any) -> list[str]:
    return [error.extensions["code"] for error in result.errors or ()]


async def some_spaces(api: Api, *wanted: str) -> None:
    for name in wanted or ("b", "e", "a", "d", "c", "b", "b"):
        await new_space(api, name=name)


async def forwards(api: Api, size: int, **arguments: Any) -> list[str]:
    seen: list[str] = []
    after = None
    while True:
        found = await page(api, first=size, after=after, **arguments)
        seen += names(found)
        if not found["pageInfo"]["hasNextPage"]:
            return seen
        after = found["pageInfo"]["endCursor"]


async def backwards(api: Api, size: int, **arguments: Any) -> list[str]:
    seen: list[str] = []
    before = None
    while True:
        found = await page(api, last=size, before=before, **arguments)
        seen = names(found) + seen
        if not found["pageInfo"]["hasPreviousPage"]:
            return seen
        before = found["pageInfo"]["startCursor"]


async def test_pages_of_any_size_both_ways_give_each_space_once_in_the_same_order(api: Api) -> None:
    await some_spaces(api)
    for order in ORDERS:
        whole = names(await page(api, orderBy=order, first=100))

        assert len(whole) == 7
        for size in (1, 2, 3, 7, 8):
            assert await forwards(api, size, orderBy=order) == whole
            assert await backwards(api, size, orderBy=order) == whole


async def test_the_newest_comes_first_unless_told_otherwise(api: Api) -> None:
    await some_spaces(api, "old", "new")

    assert names(await page(api)) == ["new", "old"]
    assert names(await page(api, orderBy={"field": "CREATED_AT"})) == ["old", "new"]
    assert names(await page(api, orderBy={"field": "NAME"})) == ["new", "old"]


async def test_a_page_stays_where_it_is_while_spaces_come_and_go(api: Api) -> None:
    await some_spaces(api, *"bdfh")
    order = {"field": "NAME"}
    first = await page(api, first=2, orderBy=order)
    assert names(first) == ["b", "d"]

    await some_spaces(api, *"ace")
    gone = await api('{ spaces(search: "d") { edges { node { id } } } }')
    await api.do("deleteSpace", "", id=gone["spaces"]["edges"][0]["node"]["id"])

    rest = await page(api, first=9, after=first["pageInfo"]["endCursor"], orderBy=order)
    assert names(rest) == ["e", "f", "h"]
    back = await page(api, last=9, before=rest["pageInfo"]["startCursor"], orderBy=order)
    assert names(back) == ["a", "b", "c"]


async def test_a_page_tells_whether_there_is_more_on_either_side(api: Api) -> None:
    await some_spaces(api, *"abc")
    order = {"field": "NAME"}
    first = await page(api, first=1, orderBy=order)
    info = first["pageInfo"]

    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)
    assert info["startCursor"] == info["endCursor"] == first["edges"][0]["cursor"]
    assert first["totalCount"] == 3
    last = await page(api, last=1, orderBy=order)
    info = last["pageInfo"]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (False, True)
    nothing = await page(api, first=0)
    assert names(nothing) == []
    assert nothing["pageInfo"]["endCursor"] is None


async def test_a_page_has_25_spaces_unless_told_otherwise(api: Api) -> None:
    await some_spaces(api, *(f"space {number:02}" for number in range(26)))

    found = await page(api)

    assert len(found["edges"]) == 25
    assert found["pageInfo"]["hasNextPage"] is True
    assert found["totalCount"] == 26


IMPOSSIBLE: list[Any] = [
    {"first": 101},
    {"first": -1},
    {"last": 101},
    {"first": 1, "last": 1},
    {"after": "nonsense"},
    {"before": "nonsense"},
    {"after": ""},
]


async def test_a_page_that_cannot_be_is_refused(api: Api) -> None:
    for arguments in IMPOSSIBLE:
        result = await api.run(PAGE, **arguments)

        assert codes(result) == ["BAD_USER_INPUT"], arguments


async def test_a_cursor_of_another_order_is_refused(api: Api) -> None:
    await some_spaces(api, "a", "b")
    cursor = (await page(api, first=1, orderBy={"field": "NAME"}))["pageInfo"]["endCursor"]

    result = await api.run(PAGE, after=cursor)

    assert codes(result) == ["BAD_USER_INPUT"]


FILTERS: list[Any] = [
    ({}, ["blue", "old", "red", "template"]),
    ({"namespace": "red"}, ["red", "template"]),
    ({"label": "vip"}, ["red"]),
    ({"label": "vi"}, []),
    ({"label": 'v"p'}, ["blue"]),
    ({"label": "v%"}, []),
    ({"archived": True}, ["old"]),
    ({"archived": False}, ["blue", "red", "template"]),
    ({"isAppTemplate": True}, ["template"]),
    ({"isCollaborative": True}, []),
    ({"namespace": "red", "isAppTemplate": False}, ["red"]),
]


async def test_a_filter_gives_the_spaces_for_which_all_of_it_holds(api: Api) -> None:
    app = await api.do("createApp", "app { id }", name="A", namespace="red", type="CUSTOM")
    of_app = {"appId": app["app"]["id"]}
    await new_space(api, name="red", labels=["vip", "x"], **of_app)
    await new_space(api, name="template", isAppTemplate=True, **of_app)
    await new_space(api, name="blue", namespace="blue", labels=['v"p'])
    await new_space(api, name="old", archivedAt="2026-01-01T00:00:00Z")
    for filter, expected in FILTERS:
        found = await page(api, filter=filter, orderBy={"field": "NAME"})

        assert names(found) == expected
        assert found["totalCount"] == len(expected)
    of_one_app = await page(api, filter=of_app, orderBy={"field": "NAME"})
    assert names(of_one_app) == ["red", "template"]


SEARCHES: list[Any] = [
    ("acme", ["ACME gmbh", "Acme Inc."]),
    ("50%", ["50% off"]),
    ("%", ["50% off"]),
    ("_", ["a_b"]),
    ("\\", []),
    ("'", ["O'Neil"]),
    ("", ["50% off", "ACME gmbh", "Acme Inc.", "O'Neil", "a_b"]),
]


async def test_a_search_finds_a_part_of_the_name_in_any_case(api: Api) -> None:
    await some_spaces(api, "Acme Inc.", "ACME gmbh", "50% off", "a_b", "O'Neil")

    for search, expected in SEARCHES:
        assert sorted(names(await page(api, search=search))) == expected


async def test_a_limited_key_lists_and_counts_only_what_it_may_see(
    api: Api, gateway: Gateway
) -> None:
    await new_space(api, name="mine", namespace="red")
    await new_space(api, name="green", namespace="green")
    await new_space(api, name="nobody's")
    reader = await limited(api, gateway, namespaces=["red"])

    found = await page(reader)

    assert names(found) == ["mine"]
    assert found["totalCount"] == 1
    assert names(await page(reader, filter={"namespace": "green"})) == []
