"""When nobody configures a Space in time, its App does, or people are told."""

import asyncio
from typing import Any

import pytest

from features.structure import new_space
from features.templates.test_templates import BLUEPRINT, listening, new_app
from gqlspaces.app import Gateway
from gqlspaces.features.templates import fallback, service
from gqlspaces.features.templates.fallback import Fallback, fall_back
from gqlspaces.kernel.database import Database
from harness import Api, HandClock

JOB = """
query ($id: ID!) { job(id: $id) { status managed info attempt outcome { message acknowledge }
  space { appRevision createdFrom workbooks { name } } } }
"""


async def waiting(api: Api, **input: Any) -> str:
    """Make a Space that is left to a listener; give its Job."""
    async with listening(api, namespaces=["**"]):
        made = await api.do("createSpace", "job { id status }", **input)
    assert made["job"]["status"] == "READY"
    id: str = made["job"]["id"]
    return id


async def read(api: Api, job: str) -> Any:
    return (await api(JOB, id=job))["job"]


@pytest.mark.parametrize(("limit", "seconds"), [(None, 60), (5, 5), (3600, 3600)])
async def test_the_app_configures_a_space_that_nobody_took_in_time(
    api: Api, database: Database, clock: HandClock, limit: int | None, seconds: int
) -> None:
    app = await new_app(api, blueprint=BLUEPRINT, entity="Project", configureTimeout=limit)
    job = await waiting(api, appId=app)

    clock.pass_by(seconds - 1)
    assert await fall_back(database) == 0
    clock.pass_by(1)
    assert await fall_back(database) == 1

    found = await read(api, job)
    assert (found["status"], found["managed"], found["attempt"]) == ("COMPLETE", True, 0)
    assert found["info"] == (
        f"No listener configured this Project within {seconds} seconds. "
        "It was configured from the Blueprint of the App 'Portal'."
    )
    assert [book["name"] for book in found["space"]["workbooks"]] == ["Customers"]
    assert found["space"]["appRevision"] == 1
    assert await fall_back(database) == 0


async def test_a_template_is_fallen_back_to_as_well(
    api: Api, database: Database, clock: HandClock
) -> None:
    app = await new_app(api)
    template = await api.do("createSpace", "space { id }", appId=app, isAppTemplate=True)
    job = await waiting(api, appId=app)
    clock.pass_by(60)

    assert await fall_back(database) == 1
    found = await read(api, job)
    assert found["status"] == "COMPLETE"
    assert found["space"]["createdFrom"] == template["space"]["id"]


async def test_without_anything_to_fall_back_to_people_are_told(
    api: Api, database: Database, clock: HandClock
) -> None:
    app = await new_app(api, entity="Project", configureTimeout=30)
    job = await waiting(api, appId=app)
    clock.pass_by(30)

    assert await fall_back(database) == 1
    found = await read(api, job)
    assert found["status"] == "FAILED"
    assert found["outcome"] == {
        "acknowledge": True,
        "message": "No listener configured this Project within 30 seconds. "
        "The App has neither a Blueprint nor a template to use in its place.",
    }
    assert (await api.topics(jobId=job))[-1] == "job:failed"


async def test_who_said_nothing_of_time_waits_for_ever(
    api: Api, database: Database, clock: HandClock
) -> None:
    jobs = [await waiting(api, appId=await new_app(api), namespace="red"), await orphan(api)]
    clock.pass_by(1_000_000)

    assert await fall_back(database) == 0
    assert [(await read(api, job))["status"] for job in jobs] == ["READY", "READY"]


async def orphan(api: Api) -> str:
    """Make a Space without an App; give its Job."""
    id: str = (await api.do("createSpace", "job { id }", name="Acme"))["job"]["id"]
    return id


async def test_what_somebody_took_is_theirs(api: Api, database: Database, clock: HandClock) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    jobs = [await waiting(api, appId=app) for _ in range(2)]
    await api.do("ackJob", "lease", id=jobs[0])
    again = (await api.do("ackJob", "lease", id=jobs[1]))["lease"]
    await api.do("failJob", "", id=jobs[1], lease=again, retry=True)
    clock.pass_by(61)

    assert await fall_back(database) == 0


async def test_a_job_that_is_begun_again_waits_anew(
    api: Api, database: Database, clock: HandClock
) -> None:
    app = await new_app(api, configureTimeout=60)
    job = await waiting(api, appId=app)
    clock.pass_by(60)
    assert await fall_back(database) == 1
    await api.do("updateApp", "", id=app, blueprint=BLUEPRINT)
    await api.do("retryJob", "", id=job)

    clock.pass_by(59)
    assert await fall_back(database) == 0
    clock.pass_by(1)
    assert await fall_back(database) == 1
    assert (await read(api, job))["status"] == "COMPLETE"


async def test_a_space_that_has_a_structure_keeps_it(
    api: Api, database: Database, clock: HandClock
) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    space = await new_space(api, appId=app)
    own = {"documents": [{"title": "Mine", "body": "M"}]}
    await api.do("configureSpace", "", spaceId=space, blueprint=own)
    again = {"type": "SPACE", "operation": "configure", "sourceId": space}
    job = (await api.do("createJob", "job { id }", **again))["job"]["id"]
    clock.pass_by(60)

    assert await fall_back(database) == 1
    found = await read(api, job)
    assert found["status"] == "FAILED"
    assert found["outcome"]["message"] == (
        "No listener configured this Space within 60 seconds. What it has stays as it is."
    )
    assert found["space"]["workbooks"] == []


async def test_a_blueprint_that_is_refused_fails_the_job_and_says_why(
    api: Api, database: Database, clock: HandClock
) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    job = await waiting(api, appId=app)
    async with database.maintenance() as connection:
        await connection.exec_driver_sql(
            """UPDATE app_revision SET blueprint = '{"workbooks": [{"name": ""}]}'"""
        )
    clock.pass_by(60)

    assert await fall_back(database) == 1
    found = await read(api, job)
    assert found["status"] == "FAILED"
    assert "The Blueprint of the App 'Portal' cannot be used: " in found["outcome"]["message"]
    assert found["space"]["workbooks"] == []


async def test_one_trouble_does_not_keep_the_others_waiting(
    api: Api, database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    jobs = [await waiting(api, appId=app) for _ in range(2)]
    clock.pass_by(60)
    give = service.give
    troubles = [RuntimeError("a bug")]

    async def give_later(*arguments: Any) -> None:
        if troubles:
            raise troubles.pop()
        await give(*arguments)

    monkeypatch.setattr(fallback, "give", give_later)

    assert await fall_back(database) == 1
    assert await fall_back(database) == 1
    assert {(await read(api, job))["status"] for job in jobs} == {"COMPLETE"}


async def test_the_node_looks_by_itself(api: Api, gateway: Gateway, clock: HandClock) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    job = await waiting(api, appId=app)
    clock.pass_by(1000)
    task = asyncio.create_task(Fallback(gateway.database, interval=0.01).run())
    await asyncio.sleep(0)  # let it begin
    progress = "subscription ($id: ID) { jobProgress(jobId: $id) { status } }"
    seen = []
    async for step in api.follow(progress, id=job):
        seen.append(step["jobProgress"]["status"])
        # A node that has just begun waits for listeners to come back.
        clock.pass_by(60)
    task.cancel()

    assert seen == ["READY", "COMPLETE"]


async def test_the_time_counts_from_when_somebody_could_have_taken_it(
    api: Api, database: Database, clock: HandClock
) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    await waiting(api, appId=app)
    clock.pass_by(1000)
    begun = await database.now()
    clock.pass_by(59)
    assert await fall_back(database, since=begun) == 0
    clock.pass_by(1)
    assert await fall_back(database, since=begun) == 1


@pytest.mark.parametrize("seconds", [4, 86_401, 0, -1])
async def test_a_time_that_is_too_short_or_too_long_is_refused(api: Api, seconds: int) -> None:
    wanted = {"name": "Portal", "namespace": "red", "type": "PORTAL", "configureTimeout": seconds}

    assert await api.refused("createApp", **wanted) == [("INVALID", "configureTimeout")]
