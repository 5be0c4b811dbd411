"""Now and then a revision holds the Space as a whole, so that no history is read from its start."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete

from features.revisions.copies import copied, kept_up
from features.revisions.test_history import history
from features.structure import a_sheet, new_space, new_workbook
from gqlspaces.features.revisions import history as revisions_history
from gqlspaces.features.revisions import recording
from gqlspaces.features.revisions.history import load_steps
from gqlspaces.features.revisions.model import Revision
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.reader import AnyRow, Reader
from harness import Api

BUTTON = {"operation": "go", "label": "Go"}
PAGE = {"title": "Guide", "body": "# Hi", "actions": [BUTTON]}


async def full_space(api: Api) -> tuple[str, Any]:
    """Make a Space, at version 3, that has something of every noun."""
    space = await new_space(api, actions=[BUTTON])
    field = {"key": "email", "actions": [BUTTON]}
    sheet = {"name": "Contacts", "fields": [field], "actions": [BUTTON]}
    made = await new_workbook(api, space, sheet, a_sheet("Orders", "n"), actions=[BUTTON])
    await api.do("createDocument", "", spaceId=space, **PAGE)
    return space, made


@pytest.mark.parametrize("every", [1, 2, 4])
async def test_a_whole_copy_and_the_changes_to_it_tell_the_same(
    api: Api, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    monkeypatch.setattr(recording, "SNAPSHOT_EVERY", every)
    space, made = await full_space(api)
    first = await copied(api, space)
    seen = (await history(api, space))[0]["blueprint"]
    [sheet, _orders] = made["sheets"]
    for name in ("One", "Two", "Three"):
        await api.do("updateSheet", "", id=sheet["id"], name=name)
    last = await copied(api, space)

    assert await kept_up(api, space, first["space"], first["cursor"], 6) == last["space"]
    found, revisions = await history(api, space)
    assert revisions[2]["blueprint"] == seen
    assert revisions[-1]["blueprint"] == found["blueprint"]
    assert [len(revision["differences"]) for revision in revisions[3:]] == [1, 1, 1]
    await api.do("revertBlueprint", "", spaceId=space, number=3)
    assert (await history(api, space))[0]["blueprint"] == seen


async def test_a_space_that_is_older_than_its_history_gets_one(
    api: Api, database: Database
) -> None:
    space, made = await full_space(api)
    first = await copied(api, space)
    async with database.maintenance() as connection:
        await connection.execute(delete(table(Revision)))
    assert (await copied(api, space))["space"] == first["space"]

    await api.do("updateWorkbook", "", id=made["id"], name="Other")
    last = await copied(api, space)
    assert await kept_up(api, space, first["space"], first["cursor"], 4) == last["space"]
    found, [only] = await history(api, space)
    assert only["blueprint"] == found["blueprint"]


class Counting(Reader):
    """A reader that counts the rows it was given."""

    seen = 0

    async def rows(self, statement: Any, parameters: Any = None) -> Sequence[AnyRow]:
        found = await super().rows(statement, parameters)
        self.seen += len(found)
        return found


async def test_revisions_far_apart_are_read_without_those_between(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (recording, revisions_history):
        monkeypatch.setattr(module, "SNAPSHOT_EVERY", 3)
    space, made = await full_space(api)
    for number in range(30):
        await api.do("updateSpace", "", id=space, name=f"Name {number}")
    await api.do("updateWorkbook", "", id=made["id"], name="Other")
    reader = Counting(database, api.principal)
    steps = await load_steps(reader, [f"{space} {number}" for number in (34, 2, 3)])

    asked = (await history(api, space))[1]
    assert [after for _before, after in steps] == [asked[n]["blueprint"] for n in (3, 1, 2)]
    assert [before for before, _after in steps] == [asked[n]["blueprint"] for n in (2, 0, 1)]
    assert reader.seen < 10
