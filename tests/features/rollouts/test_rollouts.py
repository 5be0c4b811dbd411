"""One Blueprint for many Spaces: each gets it once, by a Job of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from features.rollouts.desk import ONE, ROLLOUT, TWO, Desk, a_blueprint
from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.kernel.database import Database


async def test_every_space_of_the_app_gets_the_newest_revision(desk: Desk) -> None:
    await desk.open(3)
    other = await new_space(desk.api)
    await desk.revise()
    before = [(await desk.read(space))["version"] for space in desk.spaces]
    begun = await desk.begin()

    assert (begun["status"], begun["total"], begun["revision"]) == ("RUNNING", 3, 2)
    assert begun["job"] == {"id": begun["job"]["id"], "status": "EXECUTING", "progress": 0}
    await desk.finish()
    done = await desk.rollout(begun["id"])
    assert (done["status"], done["migrated"], done["exceptions"]) == ("COMPLETE", 3, [])
    assert (done["job"]["status"], done["job"]["progress"]) == ("COMPLETE", 100)
    for space, version in zip(desk.spaces, before, strict=True):
        found = await desk.read(space)
        assert await desk.keys(space) == ["email", "phone"]
        assert (found["appRevision"], found["version"], found["drift"]) == (2, version + 1, [])
        [part] = await desk.parts(space)
        assert (part["status"], part["info"]) == ("COMPLETE", "Brought to revision 2.")
        assert (part["managed"], part["parentId"]) == (True, begun["job"]["id"])
    assert (await desk.read(other))["drift"] is None
    assert await desk.parts(other) == []


async def test_the_job_tells_how_far_it_is_and_how_it_went(desk: Desk) -> None:
    await desk.open(4)
    await desk.revise()
    begun = await desk.begin()
    seen = []
    while await desk.step():
        seen.append((await desk.rollout(begun["id"]))["job"]["progress"])

    assert seen == [25, 50, 75, 99]
    asked = "name info partsResult outcome { message acknowledge } parts { spaceId part }"
    job = await desk.api(
        f"query ($id: ID!) {{ job(id: $id) {{ {asked} }} }}", id=begun["job"]["id"]
    )
    told = "4 of 4 Projects are at revision 2."
    assert job["job"]["name"] == "app:rollout"
    assert job["job"]["info"] == told
    assert job["job"]["outcome"] == {"message": told, "acknowledge": False}
    assert job["job"]["partsResult"] == {"total": 4, "completed": 4, "failed": 0, "canceled": 0}
    assert job["job"]["parts"] == [{"spaceId": id, "part": n} for n, id in enumerate(desk.spaces)]
    topics = await desk.api.topics(jobId=begun["job"]["id"])
    assert topics == [
        "job:created",
        *["job:updated"] * 5,
        "job:completed",
        "job:parts-completed",
    ]


async def test_a_change_by_a_rollout_says_who_and_by_which_job(desk: Desk) -> None:
    await desk.open(1)
    await desk.revise()
    await desk.roll()

    asked = "blueprintRevisions(first: 1) { edges { node { createdBy jobId } } }"
    query = f"query ($id: ID!) {{ space(id: $id) {{ {asked} }} }}"
    [edge] = (await desk.api(query, id=desk.spaces[0]))["space"]["blueprintRevisions"]["edges"]
    assert edge["node"]["createdBy"] == desk.api.principal.key_id
    job = await desk.api("query ($id: ID!) { job(id: $id) { name } }", id=edge["node"]["jobId"])
    assert job["job"]["name"] == "space:rollout"


async def test_some_spaces_only_and_an_older_revision(desk: Desk) -> None:
    await desk.open(3)
    await desk.revise()
    await desk.roll()
    chosen = [desk.spaces[2], desk.spaces[0]]
    done = await desk.roll(spaceIds=chosen, revision=1)

    assert (done["total"], done["migrated"]) == (2, 2)
    assert [len(await desk.keys(space)) for space in desk.spaces] == [1, 2, 1]


async def test_spaces_made_meanwhile_are_not_gone_over(desk: Desk) -> None:
    await desk.open(2)
    await desk.revise()
    begun = await desk.begin()
    await desk.step()
    new = await desk.space(name="New")
    gone = desk.spaces[1]
    await desk.api.do("deleteSpace", "", id=gone)
    await desk.finish()

    done = await desk.rollout(begun["id"])
    assert (done["status"], done["total"], done["migrated"]) == ("COMPLETE", 2, 1)
    assert await desk.parts(new) == []
    assert await desk.keys(new) == ["email", "phone"]


async def test_a_rollout_to_nobody_ends_at_once(desk: Desk) -> None:
    await desk.open(0)
    begun = await desk.begin()
    await desk.space(name="New")
    assert not await desk.step()

    done = await desk.rollout(begun["id"])
    assert (done["status"], done["total"], done["migrated"]) == ("COMPLETE", 0, 0)
    assert done["job"]["status"] == "COMPLETE"


async def test_templates_and_archived_spaces_are_left_alone(desk: Desk) -> None:
    await desk.open(2)
    template = await desk.space(name="Template", isAppTemplate=True)
    await desk.api.do("archiveSpace", "", id=desk.spaces[0])
    await desk.revise()
    done = await desk.roll()

    assert (done["total"], done["migrated"], done["skipped"]) == (2, 1, 1)
    [passed_over] = done["exceptions"]
    assert passed_over["message"] == "It is archived."
    assert passed_over["space"] == {"id": desk.spaces[0]}
    assert await desk.keys(template) == await desk.keys(desk.spaces[0]) == ["email"]


async def test_what_a_template_looks_like_now_is_rolled_out(desk: Desk) -> None:
    await desk.open(0, blueprint=None)
    template = await desk.space(name="Template", isAppTemplate=True)
    await desk.change(template, ONE)
    space = await desk.space(name="Acme")
    await desk.change(template, TWO)
    done = await desk.roll()

    assert (done["total"], done["revision"]) == (1, 2)
    assert await desk.keys(space) == ["email", "phone"]


async def test_stopping_between_two_spaces_and_going_on(desk: Desk) -> None:
    await desk.open(3)
    await desk.revise()
    begun = await desk.begin()
    await desk.step()
    for _ in range(2):
        payload = await desk.api.do("stopRollout", f"rollout {{ {ROLLOUT} }}", id=begun["id"])
        assert payload["rollout"]["status"] == "STOPPED"
        assert payload["rollout"]["job"]["status"] == "CANCELED"
    assert not await desk.step()
    assert [len(await desk.keys(space)) for space in desk.spaces] == [2, 1, 1]

    await desk.api.do("resumeRollout", "", id=begun["id"])
    payload = await desk.api.do("resumeRollout", f"rollout {{ {ROLLOUT} }}", id=begun["id"])
    assert payload["rollout"]["status"] == "RUNNING"
    job = payload["rollout"]["job"]
    assert (job["status"], job["progress"]) == ("EXECUTING", 33)
    assert job["id"] != begun["job"]["id"]
    await desk.finish()
    done = await desk.rollout(begun["id"])
    assert (done["status"], done["migrated"]) == ("COMPLETE", 3)
    assert [len(await desk.parts(space)) for space in desk.spaces] == [1, 1, 1]


@pytest.mark.parametrize("end", ["cancelJob", "deleteJob"])
async def test_calling_its_job_off_stops_it(desk: Desk, end: str) -> None:
    await desk.open(2)
    await desk.revise()
    begun = await desk.begin()
    await desk.step()
    await desk.api.do(end, "", id=begun["job"]["id"])

    assert not await desk.step()
    assert (await desk.rollout(begun["id"]))["status"] == "STOPPED"
    await desk.api.do("resumeRollout", "", id=begun["id"])
    await desk.finish()
    done = await desk.rollout(begun["id"])
    assert (done["status"], done["migrated"]) == ("COMPLETE", 2)


async def test_what_cannot_be_rolled_out_is_refused(desk: Desk) -> None:
    api = desk.api
    await desk.open(1)
    stranger = await new_space(api)
    mine, app = desk.spaces[0], {"appId": desk.app}
    bare = (await api.do("createApp", "app { id }", name="B", namespace="red", type="CUSTOM"))[
        "app"
    ]

    assert await api.refused("rolloutBlueprint", **app, revision=2) == [("NOT_FOUND", "revision")]
    assert await api.refused("rolloutBlueprint", appId=bare["id"]) == [("CONFLICT", "appId")]
    assert await api.refused("rolloutBlueprint", appId=mine) == [("NOT_FOUND", "appId")]
    for ids, told in (
        ([mine, stranger], ("NOT_FOUND", "spaceIds.1")),
        ([], ("INVALID", "spaceIds")),
        ([mine] * 1001, ("INVALID", "spaceIds")),
    ):
        assert await api.refused("rolloutBlueprint", **app, spaceIds=ids) == [told]
    for verb in ("stopRollout", "resumeRollout", "revertRollout"):
        assert await api.refused(verb, id=mine) == [("NOT_FOUND", "id")]


async def test_one_rollout_of_an_app_at_a_time(desk: Desk) -> None:
    await desk.open(1)
    begun = await desk.begin()
    again = {"appId": desk.app}

    assert await desk.api.refused("rolloutBlueprint", **again) == [("CONFLICT", "appId")]
    assert await desk.api.refused("revertRollout", id=begun["id"]) == [("CONFLICT", "id")]
    await desk.api.do("stopRollout", "", id=begun["id"])
    other = await desk.begin()
    assert await desk.api.refused("resumeRollout", id=begun["id"]) == [("CONFLICT", "appId")]
    await desk.finish()
    for verb in ("stopRollout", "resumeRollout"):
        assert await desk.api.refused(verb, id=other["id"]) == [("CONFLICT", "id")]


async def test_a_key_limited_to_namespaces_rolls_nothing_out(desk: Desk, gateway: Gateway) -> None:
    await desk.open(1)
    begun = await desk.begin()
    key = {"namespaces": ["red"], "scopes": ["ADMIN"]}
    red = await limited(desk.api, gateway, **key)

    assert await red.refused("rolloutBlueprint", appId=desk.app) == [("FORBIDDEN", "")]
    for verb in ("stopRollout", "resumeRollout", "revertRollout"):
        assert await red.refused(verb, id=begun["id"]) == [("NOT_FOUND", "id")]
    seen = await red("query ($id: ID!) { rollout(id: $id) { id } }", id=begun["id"])
    assert seen == {"rollout": None}
    query = "query ($id: ID!) { app(id: $id) { rollouts { id } } }"
    assert (await red(query, id=desk.app))["app"] == {"rollouts": []}
    assert (await desk.api(query, id=desk.app))["app"] == {"rollouts": [{"id": begun["id"]}]}


async def test_an_app_that_goes_takes_its_rollouts_along(desk: Desk) -> None:
    await desk.open(1)
    done = await desk.roll()
    await desk.api.do("deleteSpace", "", id=desk.spaces[0])
    await desk.api.do("deleteApp", "", id=desk.app)

    assert await desk.rollout(done["id"]) is None


async def test_a_step_asks_no_more_of_the_database_where_there_are_more_spaces(
    desk: Desk, database: Database
) -> None:
    def page(body: str) -> Any:
        return a_blueprint("email", documents=[{"title": "T", "body": body}])

    counts = set()
    await desk.open(2, page("A"))
    for spaces in (2, 12):
        while len(desk.spaces) < spaces:
            desk.spaces.append(await desk.space(name="More"))
        await desk.revise(page(str(spaces)))
        await desk.begin()
        with statements(database) as told:
            await desk.step()
        counts.add(len(told))
        await desk.finish()

    assert len(counts) == 1
    assert counts.pop() < 60


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """List the statements that are sent to the database inside the block."""
    told: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        told.append(statement)

    event.listen(database.writer.sync_engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(database.writer.sync_engine, "before_cursor_execute", note)
