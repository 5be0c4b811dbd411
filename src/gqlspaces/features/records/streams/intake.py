"""Records on their way in: batch by batch, each one commit."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from gqlspaces.features.records.desk import Desk
from gqlspaces.features.records.numbers import commit_id
from gqlspaces.features.records.streams.lines import Batch, Lines
from gqlspaces.features.records.streams.parameters import Import
from gqlspaces.features.records.streams.parsing import Parsed, parse
from gqlspaces.features.records.streams.taking import carry_out
from gqlspaces.features.records.streams.uploads import COUNTED, Name, gap
from gqlspaces.features.records.writing import Writing
from gqlspaces.kernel.cancellation import finish
from gqlspaces.kernel.database import repeated

MOST_REJECTED: Final = 100
"""How many refused lines one answer lists."""

Admit = Callable[[], Awaitable[Desk]]
"""Seats the caller to write, or raises what a key or lease that is no more is told."""


@dataclass
class Intake:
    """One body of lines for one Sheet; ``lines`` is up to where they were taken."""

    sheet_id: str
    wanted: Import
    lines: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    is_partial: bool = False

    def take_all(
        self, chunks: AsyncGenerator[bytes, None], lines: Lines, admit: Admit
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Take whole lines as they come; give what is answered to each batch.

        However the body ends, the whole lines that came are taken before that is raised.
        """
        return self._answers(self._batches(chunks, lines), admit)

    def summary(self) -> dict[str, Any]:
        """Give what was done with the whole body so far."""
        partial_ = {"partial": True} if self.is_partial else {}
        return {"lines": self.lines, **self.counts, **partial_}

    async def _answers(
        self, batches: AsyncGenerator[Batch, None], admit: Admit
    ) -> AsyncGenerator[dict[str, Any], None]:
        async for batch in batches:
            answer = await finish(self._take(batch, await admit()))
            self.lines = answer["lines"]
            for name in COUNTED:
                self.counts[name] += answer[name]
            yield answer

    async def _batches(
        self, chunks: AsyncGenerator[bytes, None], lines: Lines
    ) -> AsyncGenerator[Batch, None]:
        broken: Exception | None = None
        try:
            async for chunk in chunks:
                for batch in lines.feed(chunk):
                    yield batch
        except Exception as error:  # noqa: BLE001 - raised again when the lines are taken
            broken = error
        for batch in lines.rest() if broken else lines.end():
            yield batch
        self.is_partial = lines.is_within_a_line
        if broken is not None:
            raise broken

    async def _take(self, batch: Batch, desk: Desk) -> dict[str, Any]:
        # Beside the event loop, which on PostgreSQL the work itself is not.
        parsed = await asyncio.to_thread(parse, batch, upserts=self.wanted.key is not None)
        work = partial(self._work, batch=batch, parsed=parsed, caller=desk.principal.key_id)
        written = await repeated(lambda: desk.write(self.sheet_id, work))
        return dict(written.answer)

    def _work(
        self, writing: Writing, *, batch: Batch, parsed: Parsed, caller: str
    ) -> Mapping[str, Any]:
        name = Name(caller, self.wanted.upload) if self.wanted.upload is not None else None
        begin = batch.first
        if name is not None:
            # Another connection may have brought the same lines in the meantime.
            begin = name.find(writing.connection, writing.state).lines
            if begin < batch.first:
                raise gap(begin)
        lines = [line for line in parsed.lines if line.number >= begin]
        rejected = [told for told in parsed.rejected if told["line"] >= begin]
        rejected += carry_out(writing, lines, key=self.wanted.key)
        rejected.sort(key=lambda told: told["line"])
        answer = {
            "lines": max(begin, batch.end),
            "commitId": _commit(writing),
            **{name: len(numbers) for name, numbers in writing.touched.items()},
            "rejected": len(rejected),
            "rejectedRows": rejected[:MOST_REJECTED],
        }
        if name is not None and begin < batch.end:
            name.advance(writing.connection, writing.state, answer, writing.now)
        return answer


def _commit(writing: Writing) -> str | None:
    return commit_id(writing.state.sheet_id, writing.commit_n) if writing.commit_n else None
