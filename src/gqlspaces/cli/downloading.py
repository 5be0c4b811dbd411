"""Fetching the records of a Sheet into a file, or to standard output."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx2

from gqlspaces.cli.failure import Failure
from gqlspaces.cli.records import Form
from gqlspaces.cli.streams import address, check
from gqlspaces.cli.volume import Volume
from gqlspaces.listener.client import Client
from gqlspaces.listener.errors import Unreachable

QUOTE = b'"'


@dataclass
class Download:
    """How much was fetched."""

    records: int = 0
    size: int = 0
    _is_quoted: bool = False

    def count(self, chunk: bytes, form: Form) -> int:
        """Count a chunk; give how many records ended in it."""
        ended = chunk.count(b"\n")
        if form is Form.CSV and (self._is_quoted or QUOTE in chunk):
            # Within quotes a line may end where no record does.
            outside = chunk.split(QUOTE)[self._is_quoted :: 2]
            ended = sum(piece.count(b"\n") for piece in outside)
            self._is_quoted ^= chunk.count(QUOTE) % 2 == 1
        self.size += len(chunk)
        before = max(0, self.records)
        self.records += ended
        return max(0, self.records) - before


async def fetched(
    client: Client,
    sheet: str,
    form: Form,
    parameters: Mapping[str, str],
    output: Path | None,
    volume: Volume,
) -> Download:
    """Write the records chosen; a connection that breaks is a Failure, and leaves no file."""
    url = address(client, f"/sheets/{sheet}/records.{form}", parameters)
    download = Download(records=-1 if form is Form.CSV else 0)  # the heading is no record
    try:
        async with client.http.stream("GET", url) as answer:
            if not answer.is_success:
                await answer.aread()
                check(answer)
            total = answer.headers.get("x-gqlspaces-total")
            volume.begin(0, total=float(total) if total else None)
            with _opened(output) as file:
                async for chunk in answer.aiter_bytes():
                    file.write(chunk)
                    records = download.count(chunk, form)
                    volume.advance(records, records, f"{download.size / 1e6:,.1f} MB")
    except httpx2.TransportError as error:
        if not download.size:
            raise Unreachable(str(error)) from error
        raise Failure(
            f"the connection broke after {max(0, download.records)} records",
            advice="Try again; what was written is not whole." if output is None else "Try again.",
        ) from None
    return download


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    """What is written to: a file appears under its name when it is whole."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
