"""A body is cut into lines, and into batches that are never large."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gqlspaces.features.records.streams.lines import (
    BATCH_BYTES,
    BATCH_LINES,
    LINE_BYTES,
    Batch,
    Lines,
)

CHUNK = 64 * 1024


def cut(lines: Lines, chunks: list[bytes]) -> list[Batch]:
    return [batch for chunk in chunks for batch in lines.feed(chunk)]


@given(st.binary(max_size=60), st.lists(st.integers(0, 60)), st.integers(0, 5))
def test_however_a_body_is_cut_its_lines_are_the_same(
    body: bytes, places: list[int], skip: int
) -> None:
    ends = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    lines = Lines(first=7, skip=skip)
    batches = cut(lines, [body[start:end] for start, end in pairwise(ends)])
    batches += lines.rest()
    whole = body.split(b"\n")[:-1]

    assert whole[skip:] == [line for batch in batches for line in batch.lines]
    assert all(batch.first == 7 + skip for batch in batches[:1])


def test_batches_follow_each_other_and_are_bounded() -> None:
    lines = Lines()
    line = b"x" * 99 + b"\n"
    body = line * (3 * BATCH_LINES + 5)
    batches = cut(lines, [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)])
    batches += lines.rest()

    assert [BATCH_LINES] * 3 + [5] == [len(batch.lines) for batch in batches]
    assert [0, *(batch.end for batch in batches[:-1])] == [batch.first for batch in batches]


@pytest.mark.parametrize("length", [0, 1, 1000, 100_000, LINE_BYTES, 3 * LINE_BYTES])
def test_never_more_is_held_than_a_batch_a_line_and_a_chunk(length: int) -> None:
    lines, most = Lines(), 0
    body = (b"x" * length + b"\n") * (12 * BATCH_BYTES // (length + 1) // (40 if not length else 1))
    for start in range(0, len(body), CHUNK):
        for batch in lines.feed(body[start : start + CHUNK]):
            assert len(batch.lines) <= BATCH_LINES
            assert sum(len(line or b"") for line in batch.lines) <= BATCH_BYTES + LINE_BYTES
        most = max(most, lines.held)

    assert most <= BATCH_BYTES + LINE_BYTES + CHUNK


def test_a_line_that_is_too_long_is_one_line_all_the_same() -> None:
    lines = Lines()
    body = b"a\n" + b"x" * (LINE_BYTES + 1) + b"\nb\n" + b"y" * LINE_BYTES + b"\n"
    chunks = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    (batch,) = [*cut(lines, chunks), *lines.rest()]

    assert [b"a", None, b"b", b"y" * LINE_BYTES] == batch.lines


@pytest.mark.parametrize(
    ("tail", "taken"),
    [(b"", 1), (b'{"values": {}}', 2), (b'{"values": {}', 1), (b"17", 1), (b"  ", 1)],
)
def test_a_last_line_without_an_end_counts_when_it_is_a_whole_object(
    tail: bytes, taken: int
) -> None:
    lines = Lines()
    cut(lines, [json.dumps({"values": {}}).encode() + b"\n" + tail])
    (batch,) = lines.end()

    assert taken == len(batch.lines)
    assert lines.is_within_a_line == (taken == 1 and bool(tail.strip()))
