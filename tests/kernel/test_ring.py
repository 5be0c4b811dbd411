"""The ring keeps the newest events at hand and never has a hole."""

import asyncio
from datetime import UTC, datetime

import pytest

from gqlspaces.kernel.log import Event
from gqlspaces.kernel.ring import Ring


def events(first: int, last: int) -> list[Event]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Event("env", seq, f"ev_{seq}", "t", "d", None, None, [], {}, {}, None, at)
        for seq in range(first, last + 1)
    ]


def numbers(found: list[Event] | None) -> list[int] | None:
    return None if found is None else [event.seq for event in found]


def test_every_question_is_answered_as_a_list_would() -> None:
    ring = Ring(10, size=8)
    ring.extend(events(11, 30))
    for seq in range(35):
        for limit in (1, 3, 100):
            expected = None if seq < 22 else list(range(seq + 1, 31))[:limit]
            assert expected == numbers(ring.after(seq, limit))


def test_it_keeps_no_more_events_than_it_was_told_to() -> None:
    ring = Ring(0, size=4)
    ring.extend(events(1, 1000))

    assert numbers(ring.after(996, 100)) == [997, 998, 999, 1000]
    assert ring.after(995, 100) is None


@pytest.mark.parametrize("seq", [10, 12])
def test_a_hole_and_a_repetition_are_refused(seq: int) -> None:
    with pytest.raises(ValueError, match="cannot follow"):
        Ring(10, size=8).extend(events(seq, seq))


async def test_who_waits_is_woken_by_what_is_new_to_him() -> None:
    ring = Ring(0, size=8)
    near, far = (asyncio.create_task(ring.grown_past(seq)) for seq in (0, 5))
    await asyncio.sleep(0)
    ring.extend(events(1, 3))

    assert await near
    assert not far.done()
    ring.restart(9)
    assert await far


async def test_waiting_has_an_end() -> None:
    assert not await Ring(3, size=8).grown_past(3, timeout=0.01)
