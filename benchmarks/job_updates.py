"""Job updates per second: each durable and announced, beside bare SQLite commits."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.commits import bare_database, commit_for
from benchmarks.effort import Effort
from benchmarks.requests import WrongAnswer, graphql, hammer
from benchmarks.rounds import Advance, Table, compare, connected
from benchmarks.world import World

UPDATE = """
mutation Update($input: UpdateJobInput!) {
  updateJob(input: $input) { job { id info progress status } userErrors { code message path } }
}
"""
ENDING = b'"userErrors":[]}}}'
INFOS = ("500 of 1000 rows", "501 of 1000 rows")  # each unlike the one before: a change, an event


async def compare_job_updates(
    world: World, folder: Path, effort: Effort, advance: Advance
) -> Table:
    """Measure updates of held Jobs, one Job for each connection, beside commits in `folder`."""
    space_id = await world.new_space("Jobs")
    queues = [await _updates(world, space_id) for _ in range(max(effort.connections))]
    comparisons = []
    with bare_database(folder) as database:
        for connections in effort.connections:
            mine = queues[:connections]
            ours = partial(hammer, world.server, mine, ending=ENDING, seconds=effort.seconds)
            bare = partial(commit_for, database, effort.seconds)
            name = connected(connections)
            comparisons.append(
                await compare(name, ours, bare, rounds=effort.rounds, advance=advance)
            )
    return Table("Job updates per second", "bare SQLite", comparisons)


async def _updates(world: World, space_id: str) -> Sequence[bytes]:
    """Requests that update a new Job in turns, once each was answered well and announced."""
    id, lease = await world.hold_job(space_id)
    inputs: list[dict[str, Any]] = [{"id": id, "lease": lease, "info": info} for info in INFOS]
    for input in inputs:
        before = await world.head()
        job = (await world.ask(UPDATE, input=input))["updateJob"]["job"]
        if job["info"] != input["info"] or await world.head() != before + 1:
            raise WrongAnswer(f"The update was not made, or not announced once: {job}")
    return [graphql(world.key, UPDATE, {"input": input}) for input in inputs]
