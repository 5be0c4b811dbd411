"""Old events are forgotten from the old end, without a hole."""

import asyncio
from datetime import timedelta

import pytest

from gqlspaces.kernel import retention as retention_module
from gqlspaces.kernel.errors import CursorExpired
from gqlspaces.kernel.retention import Retention
from harness import HandClock
from kernel.ledger import Ledger

DAY = 86400
KEEP_FIVE = Retention(days=7, at_least=5)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_module, "CHUNK", 7)


async def grow(ledger: Ledger, clock: HandClock, number: int) -> int:
    return await ledger.append(number, clock.now())


async def test_old_events_go_and_young_ones_stay(ledger: Ledger, clock: HandClock) -> None:
    old = await grow(ledger, clock, 30)
    clock.pass_by(8 * DAY)
    head = await grow(ledger, clock, 10)

    assert await KEEP_FIVE.trim(ledger.database) == old
    assert list(range(old + 1, head + 1)) == await ledger.numbers()
    position = await ledger.position()
    assert (position.floor, position.head) == (old, head)


async def test_the_newest_events_stay_at_any_age(ledger: Ledger, clock: HandClock) -> None:
    head = await grow(ledger, clock, 30)
    clock.pass_by(100 * DAY)
    await KEEP_FIVE.trim(ledger.database)

    assert list(range(head - 4, head + 1)) == await ledger.numbers()


async def test_a_young_log_is_left_alone(ledger: Ledger, clock: HandClock) -> None:
    await grow(ledger, clock, 30)
    before = await ledger.numbers()

    assert await KEEP_FIVE.trim(ledger.database) == 0
    assert before == await ledger.numbers()


async def test_a_number_is_never_used_again(ledger: Ledger, clock: HandClock) -> None:
    head = await grow(ledger, clock, 10)
    clock.pass_by(8 * DAY)
    await Retention(days=7, at_least=0).trim(ledger.database)
    assert await ledger.numbers() == []

    assert await grow(ledger, clock, 1) == head + 1


async def test_a_cursor_expires_when_the_next_event_is_forgotten(
    ledger: Ledger, clock: HandClock
) -> None:
    old = await grow(ledger, clock, 30)
    clock.pass_by(8 * DAY)
    await grow(ledger, clock, 10)
    await KEEP_FIVE.trim(ledger.database)
    position = await ledger.position()

    assert position.seq_of(position.cursor(old)) == old
    with pytest.raises(CursorExpired):
        position.seq_of(position.cursor(old - 1))


async def test_nodes_that_trim_together_never_lower_the_floor(
    ledger: Ledger, clock: HandClock
) -> None:
    old = await grow(ledger, clock, 60)
    clock.pass_by(timedelta(days=8).total_seconds())
    head = await grow(ledger, clock, 10)
    floors: list[int] = []

    async def watch() -> None:
        while not floors or floors[-1] < old:
            floors.append((await ledger.position()).floor)
            await asyncio.sleep(0)

    trims = [KEEP_FIVE.trim(ledger.database) for _ in range(3)]
    await asyncio.gather(watch(), *trims)

    assert sorted(floors) == floors
    assert (await ledger.position()).floor == old
    assert list(range(old + 1, head + 1)) == await ledger.numbers()
