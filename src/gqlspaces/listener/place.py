"""The place in the event log, kept in a file between two runs."""

import asyncio
import json
import os
import tempfile
from pathlib import Path

from gqlspaces.listener.pace import Clock

_INTERVAL = 1.0


class Place:
    """A cursor that survives the process, written at most once a second and at the end."""

    def __init__(self, path: str | None, clock: Clock) -> None:
        self._path = Path(path) if path else None
        self._clock = clock
        self._written_at = clock.now()
        self._kept: str | None = None
        self.cursor: str | None = None

    async def load(self) -> str | None:
        """Return the cursor that was kept, if there is a readable one."""
        if self._path:
            self._kept = self.cursor = await asyncio.to_thread(_read, self._path)
        return self.cursor

    async def move(self, cursor: str) -> None:
        """Go to `cursor`; everything up to it has been handled."""
        self.cursor = cursor
        if self._clock.now() - self._written_at >= _INTERVAL:
            await self.save()

    async def save(self) -> None:
        """Write the cursor, atomically: a crash leaves the old one or the new one."""
        if self._path and self.cursor and self.cursor != self._kept:
            self._written_at, self._kept = self._clock.now(), self.cursor
            await asyncio.to_thread(_write, self._path, self.cursor)


def _read(path: Path) -> str | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    cursor = found.get("cursor") if isinstance(found, dict) else None
    return cursor if isinstance(cursor, str) else None


def _write(path: Path, cursor: str) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=path.name, delete=False
    ) as file:
        json.dump({"cursor": cursor}, file)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
