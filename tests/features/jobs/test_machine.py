"""Any sequence of steps, with stale and foreign leases, keeps the promises about Jobs."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event

from features.jobs.machine import JobMachine, Steps, StillClock, World
from gqlspaces.features.jobs import service
from gqlspaces.features.jobs.model import Job, JobStatus
from gqlspaces.features.jobs.service.steps import Chance
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.transaction import Transaction
from gqlspaces.schema import build_rules

RUNS = int(os.environ.get("GQLSPACES_TEST_RUNS", "60"))
"""How many sequences are tried, of up to 50 steps each."""


class WithoutLeaseCheck(Steps):
    """Planted bug: whoever comes along settles the Job."""

    async def complete(self, tx: Transaction, id: str, lease: str | None) -> Job:
        job = await tx.find(Job, id)
        return await super().complete(tx, id, job.lease or lease)


class WithoutCompareAndSwap(Steps):
    """Planted bug: whoever acknowledges last has the Job."""

    async def ack(self, tx: Transaction, id: str, said: dict[str, Any]) -> str:
        job = await tx.find(Job, id)
        if job.status == JobStatus.EXECUTING:
            job.status = JobStatus.READY
        return (await service.ack_job(tx, id=id, said=said)).lease


@pytest.fixture
def world(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A database for machines; what a power cut would lose does not matter here."""
    monkeypatch.setattr(Chance, "fraction", staticmethod(lambda: 0.5))
    with asyncio.Runner() as runner, opened(runner, database_url) as world:
        yield world


@contextmanager
def opened(runner: asyncio.Runner, url: str) -> Iterator[World]:
    clock = StillClock()
    database = Database.open(url, build_rules(), clock)
    if database.is_sqlite:

        @event.listens_for(database.writer.sync_engine, "connect")
        def _hurry(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")

    try:
        yield World(runner, database, clock)
    finally:
        runner.run(database.close())


def run_machine(world: World, runs: int, **options: Any) -> None:
    """Run sequences of steps until one breaks a promise or all are done."""
    machine = type("Machine", (JobMachine,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=50,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )


def test_no_sequence_of_steps_breaks_a_promise(world: World) -> None:
    run_machine(world, RUNS)

    assert world.taken > 10 * RUNS


@pytest.mark.parametrize("bug", [WithoutLeaseCheck, WithoutCompareAndSwap])
def test_a_planted_bug_is_found(world: World, bug: type[Steps]) -> None:
    world.steps = bug()

    with pytest.raises(AssertionError):
        run_machine(world, 200, phases=[Phase.generate])
