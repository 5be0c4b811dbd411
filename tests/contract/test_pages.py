"""Every list can be walked from either end, and says where it ends."""

from dataclasses import replace
from typing import Any

import pytest

from contract.questions import Asked, asked_with_arguments
from contract.world import World, build_world
from harness import Api

LISTS = [asked for asked in asked_with_arguments() if asked.is_list]


@pytest.fixture
async def world(api: Api) -> World:
    """A world in which every list has several items."""
    for word in ("first", "second"):
        await build_world(api, word, "red")
        await api.do("createKey", "", name=word, scopes=["SPACE_READ"])
    world = await build_world(api, "third", "red")
    sheet = {"sheetId": world.ids["sh"]}
    for _ in range(2):
        await api.do("createSnapshot", "", **sheet)
    records = [{"values": {"third": f"new {number}"}} for number in range(5)]
    added = await api.do("insertRecords", "commit { id }", **sheet, records=records)
    return replace(world, ids={**world.ids, "vr": added["commit"]["id"]})


async def walk(api: Api, world: World, asked: Asked, size: str, many: int) -> list[str]:
    """Give the cursors of a list, so `many` a page, in the order of the list."""
    cursors: list[str] = []
    arguments: dict[str, Any] = {size: many}
    more, edge, end = {
        "first": ("hasNextPage", "endCursor", "after"),
        "last": ("hasPreviousPage", "startCursor", "before"),
    }[size]
    while True:
        question = asked.question(world.ids, arguments)
        page = asked.answer(await api(question.document, **question.variables))
        found = [item["cursor"] for item in page["edges"]]
        info = page["pageInfo"]
        assert [found[0], found[-1]] == [info["startCursor"], info["endCursor"]], asked
        assert page.get("totalCount") in {None, len(cursors) + len(found)} or info[more], asked
        cursors = cursors + found if size == "first" else found + cursors
        if not info[more]:
            return cursors
        arguments[end] = info[edge]


async def test_a_list_is_the_same_from_either_end(api: Api, world: World) -> None:
    for asked in LISTS:
        whole = await walk(api, world, asked, "first", 100)

        assert len(set(whole)) == len(whole) > 2, asked
        few = max(2, len(whole) // 5)
        assert whole == await walk(api, world, asked, "first", few), asked
        assert whole == await walk(api, world, asked, "last", few), asked
