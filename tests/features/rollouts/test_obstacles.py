"""A rollout goes on whatever a Space, another node or a crash puts in its way."""

import asyncio
from typing import Any

import pytest

from features.rollouts.desk import Desk, a_blueprint
from gqlspaces.app import Gateway
from gqlspaces.features.rollouts import step
from gqlspaces.features.rollouts.worker import Rollouts
from gqlspaces.features.templates import service
from gqlspaces.kernel import database
from gqlspaces.kernel.database import Raced


async def test_a_space_that_refuses_is_told_of_and_the_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open(3)
    await desk.revise()
    give = service.give
    troubles: dict[str, Exception] = {desk.spaces[1]: RuntimeError("a bug")}

    async def give_or_not(tx: Any, app: Any, space: Any, *rest: Any) -> None:
        await give(tx, app, space, *rest)
        if space.id in troubles:
            raise troubles[space.id]

    monkeypatch.setattr(step, "give", give_or_not)
    done = await desk.roll()

    assert (done["migrated"], done["failed"], done["status"]) == (2, 1, "COMPLETE")
    assert [(one["spaceId"], one["outcome"]) for one in done["exceptions"]] == [
        (desk.spaces[1], "FAILED")
    ]
    assert [len(await desk.keys(space)) for space in desk.spaces] == [2, 1, 2]
    [part] = await desk.parts(desk.spaces[1])
    assert part["status"] == "FAILED"
    assert part["outcome"] == {"message": "A bug stopped it; the log says more."}
    query = "query ($id: ID!) { job(id: $id) { outcome { message acknowledge } } }"
    told = (await desk.api(query, id=done["job"]["id"]))["job"]["outcome"]
    assert told == {"message": "2 of 3 Projects are at revision 2, 1 failed.", "acknowledge": True}
    again = await desk.roll(spaceIds=[desk.spaces[1]])
    assert again["failed"] == 1
    await begin_again(desk, desk.spaces[1], "FAILED", done["id"], failed=1)
    troubles.clear()
    await begin_again(desk, desk.spaces[1], "COMPLETE", done["id"], failed=0)
    assert await desk.keys(desk.spaces[1]) == ["email", "phone"]
    reverted = await desk.revert(done["id"])
    assert reverted["migrated"] == 3


async def begin_again(desk: Desk, space: str, status: str, rollout: str, *, failed: int) -> None:
    """Retry the first Job of a Space that failed."""
    [part, *_] = await desk.parts(space)
    await desk.api.do("retryJob", "", id=part["id"])
    await desk.step()
    [part, *_] = await desk.parts(space)
    done = await desk.rollout(rollout)
    assert part["status"] == status
    assert (done["migrated"], done["failed"]) == (3 - failed, failed)
    assert len(done["exceptions"]) == failed


async def test_a_step_taken_again_does_not_undo_a_later_rollout(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open(1)
    [space] = desk.spaces
    await desk.revise()

    async def refuse(*_arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(step, "give", refuse)
    first = await desk.roll()
    monkeypatch.undo()
    await desk.revise(a_blueprint("email", "phone", "fax"))
    second = await desk.roll()
    [part, _later] = await desk.parts(space)
    await desk.api.do("retryJob", "", id=part["id"])
    await desk.step()

    assert (first["failed"], second["migrated"]) == (1, 1)
    assert await desk.keys(space) == ["email", "phone", "fax"]
    assert (await desk.read(space))["appRevision"] == 3
    [part, _later] = await desk.parts(space)
    assert (part["status"], part["info"]) == ("COMPLETE", "It was given another revision since.")
    done = await desk.rollout(first["id"])
    assert (done["skipped"], done["failed"]) == (1, 0)


async def test_a_job_of_no_rollout_has_nothing_to_do(desk: Desk) -> None:
    await desk.open(1)
    wanted = {"type": "SPACE", "operation": "rollout", "sourceId": desk.spaces[0], "managed": True}
    for config in (None, {"rolloutId": "ro_1"}, {"rolloutId": 1}):
        await desk.api.do("createJob", "", **wanted, config=config)
    await desk.step()

    parts = await desk.parts(desk.spaces[0])
    assert [(part["status"], part["info"]) for part in parts] == [
        ("COMPLETE", "There is nothing left to do.")
    ] * 3
    assert await desk.keys(desk.spaces[0]) == ["email"]


async def test_a_step_that_was_raced_is_taken_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open(1)
    await desk.revise()
    give = service.give
    races = [Raced("Somebody was first."), Raced("Somebody was first.")]

    async def give_later(*arguments: Any) -> None:
        if races:
            raise races.pop()
        await give(*arguments)

    monkeypatch.setattr(step, "give", give_later)

    assert (await desk.roll())["migrated"] == 1


async def test_what_another_node_did_meanwhile_is_not_written_down_as_failed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open(2)
    await desk.revise()
    begun = await desk.begin()
    give, repeated = service.give, database.repeated
    troubles = [RuntimeError("a bug")]
    calls = []

    async def give_later(*arguments: Any) -> None:
        if troubles:
            raise troubles.pop()
        await give(*arguments)

    async def repeated_later(work: Any) -> Any:
        calls.append(work)
        if len(calls) == 2:  # about to give up
            await desk.step()
        return await repeated(work)

    monkeypatch.setattr(step, "give", give_later)
    monkeypatch.setattr(step, "repeated", repeated_later)
    await desk.finish()

    done = await desk.rollout(begun["id"])
    assert (done["migrated"], done["failed"]) == (2, 0)
    assert [len(await desk.parts(space)) for space in desk.spaces] == [1, 1]


async def test_two_nodes_take_turns(desk: Desk, gateway: Gateway) -> None:
    await desk.open(6)
    await desk.revise()
    begun = await desk.begin()
    nodes = [Rollouts(interval=3600), Rollouts(interval=3600)]

    async def work(node: Rollouts) -> None:
        while await node.turn(gateway.database):
            pass

    await asyncio.gather(*(work(node) for node in nodes))

    done = await desk.rollout(begun["id"])
    assert (done["status"], done["migrated"]) == ("COMPLETE", 6)
    assert [len(await desk.parts(space)) for space in desk.spaces] == [1] * 6


async def test_a_node_takes_up_what_it_finds(desk: Desk, gateway: Gateway) -> None:
    await desk.open(3)
    await desk.revise()
    begun = await desk.begin()
    task = asyncio.create_task(Rollouts(interval=0.01).run(gateway.database))
    progress = "subscription ($id: ID) { jobProgress(jobId: $id) { status } }"
    seen = [one["jobProgress"] async for one in desk.api.follow(progress, id=begun["job"]["id"])]
    task.cancel()

    assert seen[-1] == {"status": "COMPLETE"}


async def test_a_rollout_goes_with_its_app(desk: Desk) -> None:
    await desk.open(1)
    await desk.revise()
    begun = await desk.begin()
    await desk.api.do("deleteSpace", "", id=desk.spaces[0])
    await desk.api.do("deleteApp", "", id=desk.app)
    await desk.finish()

    query = "query ($id: ID!) { job(id: $id) { status info } }"
    job = (await desk.api(query, id=begun["job"]["id"]))["job"]
    assert job == {"status": "CANCELED", "info": "The App 'Portal' was deleted."}
    assert await desk.rollout(begun["id"]) is None
