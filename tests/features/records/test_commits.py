"""Commits: what each changed, what came since, and who is done with it."""

from typing import Any

import pytest

from features.records.sheets import CONTACTS, insert, make_sheets, records, update
from gqlspaces.features.records.keeper import complete_overdue
from harness import Api, HandClock

COMMIT = """query ($id: ID!) { commit(id: $id) { id created updated completedBy completedAt answers
  records(first: 10) { edges { node { id values } } } sheet { id } } }"""


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS))["contacts"]


@pytest.fixture
async def tracked(api: Api) -> str:
    settings = {"trackChanges": True, "commitTimeout": 60}
    return (await make_sheets(api, CONTACTS, **settings))["contacts"]


async def emails(api: Api, sheet_id: str, **selection: Any) -> list[str]:
    return [record["values"]["email"] for record in await records(api, sheet_id, **selection)]


async def test_a_commit_has_the_records_it_touched(api: Api, sheet_id: str) -> None:
    first = await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "b@b.c"})
    second = await update(api, sheet_id, {"id": first["recordIds"][1], "values": {"age": 1}})
    third = await insert(api, sheet_id, {"email": "c@b.c"})
    ids = [made["commit"]["id"] for made in (first, second, third)]

    found = (await api(COMMIT, id=ids[1]))["commit"]
    assert [first["recordIds"][1]] == [edge["node"]["id"] for edge in found["records"]["edges"]]
    assert (0, 1) == (found["created"], found["updated"])
    assert sheet_id == found["sheet"]["id"]
    assert ["a@b.c", "b@b.c"] == await emails(api, sheet_id, commitId=ids[0])
    assert ["b@b.c", "c@b.c"] == await emails(api, sheet_id, sinceCommitId=ids[0])
    assert ["c@b.c"] == await emails(api, sheet_id, sinceCommitId=ids[1])
    assert [] == await emails(api, sheet_id, sinceCommitId=ids[2])


async def test_who_asks_what_came_since_hears_of_changed_messages_too(
    api: Api, sheet_id: str
) -> None:
    first = await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "b@b.c"})
    await insert(api, sheet_id, {"email": "a@b.c"})
    since = first["commit"]["id"]
    assert ["a@b.c", "a@b.c"] == await emails(api, sheet_id, sinceCommitId=since)


async def test_commits_are_listed_newest_first(api: Api, sheet_id: str) -> None:
    made = [(await insert(api, sheet_id, {"email": f"{n}@b.c"}))["commit"]["id"] for n in range(5)]
    document = """query ($id: ID!, $after: String) { sheet(id: $id) {
      commits(first: 2, after: $after) { edges { node { id } }
      pageInfo { hasNextPage endCursor } } } }"""
    found: list[str] = []
    after, more = None, True
    while more:
        page = (await api(document, id=sheet_id, after=after))["sheet"]["commits"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert made[::-1] == found


async def test_without_tracking_a_commit_is_complete_at_once(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"})
    assert made["commit"]["completedAt"]
    assert "commit:completed" not in await api.topics()


async def test_a_tracked_commit_is_open_until_it_is_completed(api: Api, tracked: str) -> None:
    made = await insert(api, tracked, {"email": "a@b.c"})
    id = made["commit"]["id"]
    assert made["commit"]["completedAt"] is None

    for _ in range(2):
        done = await api.do("completeCommit", "commit { completedBy completedAt }", id=id)
        assert api.principal.key_id == done["commit"]["completedBy"]
    assert 1 == (await api.topics()).count("commit:completed")


async def test_a_write_that_answers_completes_what_it_answers(api: Api, tracked: str) -> None:
    made = await insert(api, tracked, {"email": "a@b.c"})
    patch = {"id": made["recordIds"][0], "values": {"age": 3}}
    answer = await update(api, tracked, patch, answers=made["commit"]["id"])

    assert made["commit"]["id"] == answer["commit"]["answers"]
    assert answer["commit"]["completedAt"]
    assert (await api(COMMIT, id=made["commit"]["id"]))["commit"]["completedAt"]
    heard = await api.heard("topic payload", topics=["commit:*"])
    assert ["commit:created", "commit:created", "commit:completed"] == [e["topic"] for e in heard]
    assert [None, made["commit"]["id"]] == [e["payload"].get("answers") for e in heard[:2]]


async def test_only_a_commit_of_the_sheet_can_be_answered(api: Api, tracked: str) -> None:
    other = (await make_sheets(api, CONTACTS))["contacts"]
    foreign = (await insert(api, other, {"email": "a@b.c"}))["commit"]["id"]
    rows = [{"values": {"email": "b@b.c"}}]
    for id in (foreign, "vr_nonsense", foreign[:-1] + "z"):
        assert [("NOT_FOUND", "answers")] == await api.refused(
            "insertRecords", sheetId=tracked, records=rows, answers=id
        )


async def test_a_commit_that_nobody_completes_is_completed_in_time(
    api: Api, tracked: str, clock: HandClock
) -> None:
    id = (await insert(api, tracked, {"email": "a@b.c"}))["commit"]["id"]
    clock.pass_by(59)
    assert 0 == await complete_overdue(api.gateway.database)
    clock.pass_by(2)
    assert 1 == await complete_overdue(api.gateway.database)

    found = (await api(COMMIT, id=id))["commit"]
    assert "gqlspaces" == found["completedBy"]
    assert 1 == (await api.topics()).count("commit:completed")
    assert 0 == await complete_overdue(api.gateway.database)


async def test_a_policy_can_make_actions_wait_for_ever(api: Api, clock: HandClock) -> None:
    settings = {"trackChanges": True, "commitTimeout": 60, "commitPolicy": "BLOCK"}
    sheet_id = (await make_sheets(api, CONTACTS, **settings))["contacts"]
    id = (await insert(api, sheet_id, {"email": "a@b.c"}))["commit"]["id"]
    clock.pass_by(10_000)
    assert 0 == await complete_overdue(api.gateway.database)
    assert (await api(COMMIT, id=id))["commit"]["completedAt"] is None
