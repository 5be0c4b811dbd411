"""Sending a file of JSON Lines part by part, so that it can be gone on with after any of them."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from gqlspaces.cli.failure import Failure
from gqlspaces.cli.streams import address, answered, contacted
from gqlspaces.cli.volume import Volume
from gqlspaces.listener.client import Client
from gqlspaces.listener.errors import Unreachable

# What the gateway takes as one batch, so that one answer tells of one part.
PART_LINES: Final = 10_000
PART_BYTES: Final = 4 * 1024 * 1024
HEADERS: Final = {"content-type": "application/x-ndjson", "accept": "*/*"}
COUNTS: Final = ("created", "updated", "deleted", "rejected")


def name_of(file: Path, sheet: str, key: str | None) -> str:
    """The name under which this file, as it is now, goes into this Sheet."""
    about = file.stat()
    basis = [str(file.resolve()), about.st_size, about.st_mtime_ns, sheet, key]
    return f"file-{hashlib.sha256(json.dumps(basis).encode()).hexdigest()[:32]}"


@dataclass
class Outcome:
    """What became of the lines of a file, in this run and those before it."""

    lines: int
    counts: Mapping[str, int]
    rejected_file: Path | None = None
    unlisted: int = 0
    is_old: bool = False

    @property
    def rejected(self) -> int:
        """How many lines were not taken."""
        return self.counts["rejected"]

    def shown(self) -> dict[str, Any]:
        """The same as JSON."""
        file = str(self.rejected_file) if self.rejected_file else None
        return {"lines": self.lines, **self.counts, "rejectedFile": file}

    def told(self) -> str:
        """The same as a sentence."""
        done = ", ".join(f"{count:,} {name}" for name, count in self.counts.items() if count)
        told = f"{self.lines:,} lines: {done or 'nothing to do'}."
        if self.rejected_file:
            told += f" What was rejected is in {self.rejected_file}."
        if self.unlisted:
            told += f" {self.unlisted:,} more were: of each part, the first 100 are listed."
        return told


@dataclass(frozen=True)
class Part:
    """Some lines of the file; ``first`` is the number of the first, from 0."""

    first: int
    lines: Sequence[bytes]

    @property
    def end(self) -> int:
        """The number of the line behind the last."""
        return self.first + len(self.lines)

    def cut(self, line: int) -> tuple["Part", "Part"]:
        """The part up to a line, and the part from it on."""
        count = line - self.first
        return Part(self.first, self.lines[:count]), Part(line, self.lines[count:])

    @property
    def body(self) -> bytes:
        """The lines, each with its end."""
        return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in self.lines)


Taken: TypeAlias = tuple[Part, Sequence[Mapping[str, Any]]]
"""Lines that were taken, and what was rejected of them."""


@dataclass(frozen=True)
class Uploading:
    """One file on its way into one Sheet, under a name."""

    file: Path
    sheet: str
    name: str
    key: str | None = None

    async def run(self, client: Client, volume: Volume) -> Outcome:
        """Send what was not taken yet; raise ApiError when it is refused as a whole."""
        before = await self._state(client, volume)
        size, listed = self.file.stat().st_size, before["rejected"]
        with self.file.open("rb") as file:
            passed = sum(len(line) for line in _first_lines(file, before["lines"]))
            volume.begin(passed, total=size)
            for part in _parts(file, before["lines"]):
                async for taken, rejected in self._sent(client, part, volume):
                    # Of those before, the lines were taken and noted before.
                    rows = [row for row in rejected if row["line"] >= taken.first]
                    self._note(taken, rows, anew=not listed)
                    listed += len(rows)
                    volume.advance(sum(map(len, taken.lines)), len(taken.lines))
        state = await self._state(client, volume, Unreachable("not asked yet"))
        return Outcome(
            state["lines"],
            {name: state[name] for name in COUNTS},
            self._rejected_file if listed else None,
            unlisted=max(0, state["rejected"] - listed),
            is_old=passed == size > 0,
        )

    async def _sent(self, client: Client, part: Part, volume: Volume) -> AsyncIterator[Taken]:
        """Send a part, as often as it takes; give what was taken of it, and rejected of that."""
        while part.lines:
            try:
                answer = await self._post(client, part)
            except Unreachable as broken:
                volume.say("reconnecting")
                state = await self._state(client, volume, broken)
                if not part.first <= state["lines"] <= part.end:
                    raise Failure(
                        f"the gateway took {state['lines']} lines, not {part.first}",
                        advice="Another import has the same name; name this one with --upload.",
                    ) from None
                if state["lines"] == part.first:
                    continue
                answer = state["last"]  # what was lost on the way
            done, part = part.cut(answer["lines"])
            yield done, answer["rejectedRows"]

    async def _post(self, client: Client, part: Part) -> dict[str, Any]:
        parameters = {"upload": self.name, "offset": str(part.first)}
        if self.key is not None:
            parameters["key"] = self.key
        url = address(client, f"/sheets/{self.sheet}/records.jsonl", parameters)
        return await answered(client, "POST", url, content=part.body, headers=HEADERS)

    async def _state(
        self, client: Client, volume: Volume, broken: Unreachable | None = None
    ) -> dict[str, Any]:
        url = address(client, f"/sheets/{self.sheet}/uploads/{self.name}")
        return await contacted(client, url, broken, lambda: volume.say("no answer, trying again"))

    def _note(self, part: Part, rows: Sequence[Mapping[str, Any]], *, anew: bool) -> None:
        """Put the lines that were rejected beside the file, with what is wrong with them."""
        if not rows:
            return
        with self._rejected_file.open("w" if anew else "a", encoding="utf-8") as file:
            for row in rows:
                text = part.lines[row["line"] - part.first].decode(errors="replace").rstrip("\r\n")
                # As editors count them.
                told = {**row, "line": row["line"] + 1, "text": text}
                file.write(json.dumps(told, ensure_ascii=False) + "\n")

    @property
    def _rejected_file(self) -> Path:
        return self.file.with_name(f"{self.file.name}.rejected.jsonl")


def _first_lines(file: IO[bytes], count: int) -> Iterator[bytes]:
    for _ in range(count):
        if line := file.readline():
            yield line


def _parts(file: IO[bytes], first: int) -> Iterator[Part]:
    lines: list[bytes] = []
    size = 0
    for line in file:
        if lines and (len(lines) == PART_LINES or size + len(line) >= PART_BYTES):
            yield Part(first, lines)
            first, lines, size = first + len(lines), [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield Part(first, lines)
