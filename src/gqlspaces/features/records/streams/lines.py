"""Cutting a body into lines, and lines into batches, without ever holding more than one batch."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson

LINE_BYTES: Final = 1024 * 1024
BATCH_BYTES: Final = 4 * 1024 * 1024
BATCH_LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole lines without their ends; ``first`` is the number of the first, from 0.

    None stands for a line that is too long.
    """

    first: int
    lines: list[bytes | None]

    @property
    def end(self) -> int:
        """The number of the line behind the last."""
        return self.first + len(self.lines)


@dataclass
class Lines:
    """What has come of a body and is not in a batch yet; the first ``skip`` lines are let go."""

    first: int = 0
    skip: int = 0
    _whole: list[bytes | None] = field(default_factory=list)
    _bytes: int = 0
    _rest: bytes = b""
    _too_long: bool = False

    @property
    def held(self) -> int:
        """How many bytes are held."""
        return self._bytes + len(self._rest)

    @property
    def is_within_a_line(self) -> bool:
        """Whether the last line has begun and not ended."""
        return bool(self._rest.strip()) or self._too_long

    def feed(self, chunk: bytes) -> Iterator[Batch]:
        """Take some of the body; give the batches that are full with it."""
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = self._rest + whole[0]
            self._rest = b""
        for line in whole:
            self._add(line)
            if len(self._whole) >= BATCH_LINES or self._bytes >= BATCH_BYTES:
                yield self._batch()
        self._rest += rest
        if len(self._rest) > LINE_BYTES:
            self._too_long, self._rest = True, b""

    def rest(self) -> Iterator[Batch]:
        """Give the whole lines that are left: the body broke off."""
        if self._whole:
            yield self._batch()

    def end(self) -> Iterator[Batch]:
        """Give the lines that are left of a body that is whole.

        A last line without an end counts if it is a whole object; else it stays within.
        """
        if _is_object(self._rest) and not self._too_long:
            self._add(self._rest)
            self._rest = b""
        yield from self.rest()

    def _add(self, line: bytes) -> None:
        too_long = self._too_long or len(line) > LINE_BYTES
        self._too_long = False
        if self.skip:
            self.skip -= 1
            self.first += 1
            return
        self._whole.append(None if too_long else line)
        self._bytes += 0 if too_long else len(line)

    def _batch(self) -> Batch:
        batch = Batch(self.first, self._whole)
        self.first = batch.end
        self._whole, self._bytes = [], 0
        return batch


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except ValueError:
        return False
