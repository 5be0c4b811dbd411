"""Writes that answer a commit in several parts, and those that stand back for newer ones."""

from typing import Any

import pytest

from features.records.sheets import CONTACTS, insert, make_sheets, records, update
from harness import Api

COMPLETED = "query ($id: ID!) { commit(id: $id) { completedAt } }"


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS, trackChanges=True))["contacts"]


async def is_complete(api: Api, commit_id: str) -> bool:
    return (await api(COMPLETED, id=commit_id))["commit"]["completedAt"] is not None


async def test_of_several_answers_the_last_completes_the_commit(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "b@b.c"})
    answered = made["commit"]["id"]
    patches: list[Any] = [{"id": id, "values": {"age": 3}} for id in made["recordIds"]]

    first = await update(api, sheet_id, patches[0], answers=answered, completes=False)
    assert not await is_complete(api, answered)
    assert first["commit"]["completedAt"]
    assert answered == first["commit"]["answers"]

    await update(api, sheet_id, patches[1], answers=answered, completes=True)
    assert await is_complete(api, answered)
    assert 1 == (await api.topics()).count("commit:completed")


async def test_an_answer_of_which_a_row_is_rejected_completes_nothing(
    api: Api, sheet_id: str
) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "b@b.c"})
    good, bad = made["recordIds"]
    patches: list[Any] = [
        {"id": good, "values": {"age": 3}},
        {"id": bad, "values": {"misspelled": 3}},
    ]
    answer = await update(api, sheet_id, *patches, answers=made["commit"]["id"])

    assert [1] == [row["index"] for row in answer["rejected"]]
    assert 1 == answer["commit"]["updated"]
    assert not await is_complete(api, made["commit"]["id"])


async def test_a_record_that_changed_since_is_left_as_it_is(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "b@b.c"})
    ids, known = made["recordIds"], made["commit"]["id"]
    newer = await update(api, sheet_id, {"id": ids[0], "values": {"age": 1}})

    patches: list[Any] = [{"id": id, "commitId": known, "values": {"age": 2}} for id in ids]
    late = await update(api, sheet_id, *patches)

    [row] = late["rejected"]
    assert (0, "CONFLICT", ["commitId"]) == (row["index"], row["code"], row["path"])
    assert [1, 2] == [record["values"]["age"] for record in await records(api, sheet_id)]

    again = {"id": ids[0], "commitId": newer["commit"]["id"], "values": {"age": 2}}
    assert [] == (await update(api, sheet_id, again))["rejected"]
