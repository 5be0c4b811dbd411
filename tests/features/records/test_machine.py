"""Any sequence of writes leaves records, messages, commits and events as a plain model has them."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event

from features.jobs.machine import StillClock
from features.records.machine import RecordMachine, World
from gqlspaces.features.records.review import Review
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.own import file
from gqlspaces.schema import build_rules

RUNS = int(os.environ.get("GQLSPACES_TEST_RUNS", "10"))
"""How many sequences are tried, of up to 30 steps each."""

pytestmark = pytest.mark.timeout(60 + 20 * RUNS)


def hurry(connection: Any, *_more: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def world(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A database for machines; what a power cut would lose does not matter here."""
    monkeypatch.setattr(file, "_functions", [*file._functions, hurry])  # noqa: SLF001
    with asyncio.Runner() as runner, opened(runner, database_url) as world:
        yield world


@contextmanager
def opened(runner: asyncio.Runner, url: str) -> Iterator[World]:
    clock = StillClock()
    database = Database.open(url, build_rules(), clock)
    if database.is_sqlite:
        event.listen(database.writer.sync_engine, "connect", hurry)
    try:
        yield World(runner, database, clock)
    finally:
        runner.run(database.close())


def run_machine(world: World, runs: int, **options: Any) -> None:
    """Run sequences of steps until one breaks a promise or all are done."""
    machine = type("Machine", (RecordMachine,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=30,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )


def test_no_sequence_of_writes_breaks_a_promise(world: World) -> None:
    run_machine(world, RUNS)

    assert world.taken > 3 * RUNS


def forget_peers(_review: Review, _touched: Any) -> set[int]:
    """Planted bug: who had the same value is not judged anew."""
    return set()


def forget_links(_review: Review) -> dict[str, list[int]]:
    """Planted bug: who leads to a record that changed is not judged anew."""
    return {}


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "bug"), [("peers", forget_peers), ("linked", forget_links)])
def test_a_planted_bug_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, bug: Any
) -> None:
    monkeypatch.setattr(Review, name, bug)

    with pytest.raises(AssertionError):
        run_machine(world, 200, phases=[Phase.generate])
