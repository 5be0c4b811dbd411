"""The log is dense: no number is skipped, whoever writes and whoever reads meanwhile."""

import asyncio
import base64
from itertools import chain

import pytest

from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.errors import CursorExpired, CursorInvalid
from gqlspaces.kernel.log import Position
from kernel.ledger import Ledger

WRITERS = 12
WRITES = 6


async def test_many_writers_leave_no_hole_and_a_poller_loses_nothing(ledger: Ledger) -> None:
    polled: list[int] = []
    ended = asyncio.Event()

    async def poll() -> None:
        while True:
            last_round = ended.is_set()
            polled.extend(row.seq for row in await ledger.rows(after=len(polled)))
            if last_round:
                return
            await asyncio.sleep(0.001)

    async def write(writer: int) -> list[str]:
        return [await ledger.add_space(f"{writer}-{number}") for number in range(WRITES)]

    poller = asyncio.create_task(poll())
    made = await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    ended.set()
    await poller
    rows = await ledger.rows()
    told = [row.space_id for row in rows if row.topic == "space:created"]

    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)) == polled
    assert sorted(chain(*made)) == sorted(told)
    assert (await ledger.position()).head == len(rows)


class ChangedItsMind(Exception):
    """A rule thinks better of it."""


async def test_a_change_that_is_not_carried_through_uses_no_number(ledger: Ledger) -> None:
    before = await ledger.position()

    async def change() -> None:
        async with ledger.database.transaction(ledger.principal) as tx:
            tx.add(Space(name="never"))
            await tx.flush()
            raise ChangedItsMind

    with pytest.raises(ChangedItsMind):
        await change()

    assert await ledger.position() == before


POSITION = Position("env", "ab1", head=20, floor=5)


def test_a_cursor_is_read_back() -> None:
    assert [POSITION.seq_of(POSITION.cursor(seq)) for seq in (5, 12, 20)] == [5, 12, 20]
    assert POSITION.seq_of(POSITION.cursor()) == POSITION.head


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "7",
        "v1.ab1.",
        "v1.ab1.-7",
        "v1.ab1.21",
        "v1.other.7",
        "v2.ab1.7",
        "v1.ab1.7\n",
        "v1.ab1.\N{ARABIC-INDIC DIGIT SEVEN}",
        "v1.ab1." + "9" * 400,
        base64.b64encode(b"v1.ab1.7").decode(),
    ],
)
def test_a_cursor_that_was_never_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        POSITION.seq_of(cursor)


def test_a_cursor_before_the_floor_has_expired() -> None:
    with pytest.raises(CursorExpired):
        POSITION.seq_of(POSITION.cursor(4))
