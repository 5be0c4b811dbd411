"""Whoever follows the log gets every event once and in order, or is told that it cannot be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from random import Random

import pytest

from gqlspaces.kernel import delivery as delivery_module
from gqlspaces.kernel.delivery import Delivery
from gqlspaces.kernel.errors import CursorExpired, NotFound
from gqlspaces.kernel.retention import Retention
from kernel.ledger import Ledger

FOLLOWERS = 40
EVENTS = 250


@pytest.fixture
async def delivery(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Delivery]:
    """A delivery that finds new events by itself, reads few at once and keeps few at hand."""
    monkeypatch.setattr(delivery_module, "BATCH", 7)
    made = Delivery(ledger.database, poll=0.01, recent=16)
    yield made
    await made.close()


async def hear(delivery: Delivery, ledger: Ledger, after: int, until: int) -> list[int]:
    """Follow the log from one event to another."""
    heard: list[int] = []
    async with aclosing(delivery.batches(ledger.environment, after)) as batches:
        async for batch in batches:
            heard += [event.seq for event in batch]
            if heard and heard[-1] >= until:
                return heard
    raise AssertionError("the stream ended")


async def hear_with_interruptions(
    delivery: Delivery, ledger: Ledger, start: int, random: Random
) -> list[int]:
    """Follow the log to its end, coming back by cursor again and again."""
    heard: list[int] = []
    while start + len(heard) < EVENTS:
        position = await ledger.position()
        after = position.seq_of(position.cursor(start + len(heard)))
        patience = random.randint(1, 60)
        async with aclosing(delivery.batches(ledger.environment, after, idle=0.005)) as batches:
            async for batch in batches:
                heard += [event.seq for event in batch[:patience]]
                patience -= len(batch) or 1
                if random.random() < 0.2:
                    await asyncio.sleep(0.001)
                if patience <= 0 or start + len(heard) >= EVENTS:
                    break
    return heard


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_lost_doubled_or_reordered(
    delivery: Delivery, ledger: Ledger, seed: int
) -> None:
    """With half of the hints lost, and followers that fall behind, break off and come back."""
    random = Random(seed)

    async def write() -> None:
        head = (await ledger.position()).head
        while head < EVENTS:
            head = await ledger.append(min(random.randint(1, 25), EVENTS - head))
            if random.random() < 0.5:
                delivery.hinted(ledger.environment, head)
            if random.random() < 0.3:
                await asyncio.sleep(0.002)

    starts = [0] * FOLLOWERS
    listening = [hear_with_interruptions(delivery, ledger, start, random) for start in starts]
    *heard, _ = await asyncio.gather(*listening, write())

    assert [list(range(1, EVENTS + 1))] * FOLLOWERS == heard


async def test_a_hint_brings_an_event_without_waiting_for_the_poll(ledger: Ledger) -> None:
    delivery = Delivery(ledger.database, poll=3600)
    ledger.database.hint = delivery.hinted
    head = (await ledger.position()).head
    following = asyncio.create_task(hear(delivery, ledger, head, head + 1))
    await asyncio.sleep(0.05)
    await ledger.add_space(auto_configure=False)

    async with asyncio.timeout(10):
        assert await following == [head + 1]
    await delivery.close()


async def test_followers_who_come_as_the_last_one_leaves_miss_nothing(
    delivery: Delivery, ledger: Ledger
) -> None:
    for _ in range(20):
        head = (await ledger.position()).head
        leaving = asyncio.create_task(hear(delivery, ledger, head, head + 1))
        await ledger.append(1)
        coming = [asyncio.create_task(hear(delivery, ledger, head, head + 2)) for _ in range(3)]
        assert await leaving == [head + 1]
        await ledger.append(1)

        assert [[head + 1, head + 2]] * 3 == await asyncio.gather(*coming)


async def test_nothing_runs_when_nobody_follows(delivery: Delivery, ledger: Ledger) -> None:
    running = asyncio.all_tasks()
    head = await ledger.append(1)
    await hear(delivery, ledger, head - 1, head)
    async with asyncio.timeout(10):
        await asyncio.gather(*asyncio.all_tasks() - running)

    assert asyncio.all_tasks() <= running


async def test_quiet_times_are_told_to_who_wants_to_know(
    delivery: Delivery, ledger: Ledger
) -> None:
    head = (await ledger.position()).head
    async with aclosing(delivery.batches(ledger.environment, head, idle=0.01)) as batches:
        assert await anext(batches) == []
        await ledger.append(1)
        found = await anext(batches)
        while not found:
            found = await anext(batches)

    assert [event.seq for event in found] == [head + 1]


async def test_who_is_slower_than_forgetting_is_told_so(delivery: Delivery, ledger: Ledger) -> None:
    await ledger.append(60)
    async with aclosing(delivery.batches(ledger.environment, 0)) as batches:
        assert next(event.seq for event in await anext(batches)) == 1
        await ledger.append(60)
        assert await Retention(days=-1, at_least=20).trim(ledger.database)
        with pytest.raises(CursorExpired):
            [batch async for batch in batches]


async def test_who_follows_a_log_whose_events_are_all_forgotten_is_told_so(
    delivery: Delivery, ledger: Ledger
) -> None:
    await ledger.append(20)
    assert await Retention(days=-1, at_least=0).trim(ledger.database)

    async with asyncio.timeout(10):
        with pytest.raises(CursorExpired):
            await hear(delivery, ledger, 3, 20)


async def test_a_node_that_was_cut_off_goes_on_with_what_is_kept(
    delivery: Delivery, ledger: Ledger
) -> None:
    """The tail starts again at the head; who comes anew hears what follows."""
    delivery.poll = 3600
    head = (await ledger.position()).head
    cut_off = asyncio.create_task(hear(delivery, ledger, head, head + 31))
    await asyncio.sleep(0.05)
    await ledger.append(30)
    await Retention(days=-1, at_least=0).trim(ledger.database)
    head = await ledger.append(1)
    delivery.hinted(ledger.environment, head)
    with pytest.raises(CursorExpired):
        await cut_off

    fresh = asyncio.create_task(hear(delivery, ledger, head, head + 1))
    await asyncio.sleep(0.05)
    delivery.hinted(ledger.environment, await ledger.append(1))
    async with asyncio.timeout(10):
        assert await fresh == [head + 1]


async def test_a_read_that_fails_is_tried_again(
    delivery: Delivery, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the database is away in the very moment in which the tail has to start again."""
    head = (await ledger.position()).head
    following = asyncio.create_task(hear(delivery, ledger, head, head + 1))
    await asyncio.sleep(0.05)
    with monkeypatch.context() as patch:
        patch.setattr(type(ledger.database), "fetch", _unreachable)
        await asyncio.sleep(0.05)
    await ledger.append(1)

    async with asyncio.timeout(10):
        assert await following == [head + 1]


async def _unreachable(*_args: object) -> None:
    raise ConnectionError("the database is away")


async def test_an_unknown_environment_cannot_be_followed(delivery: Delivery) -> None:
    with pytest.raises(NotFound):
        await anext(delivery.batches("env_unknown", 0))


async def test_a_follower_of_a_stopped_delivery_can_still_leave(ledger: Ledger) -> None:
    delivery = Delivery(ledger.database, poll=3600)
    head = (await ledger.position()).head
    following = asyncio.create_task(hear(delivery, ledger, head, head + 1))
    await asyncio.sleep(0.05)
    await delivery.close()
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
